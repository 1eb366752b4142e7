import { z } from 'zod';

/** What may be written down of a contact; the server has the same limits for a whole contact (server/contacts/). */

/** Tags are short words; more belongs in a field. */
const LONGEST_TAG = 60;

/** Name of a field, as templates write it: `{{ contact.fields.email }}`. */
export function fieldNameSchema() {
  return z
    .string()
    .trim()
    .max(60)
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'Start with a letter; then letters, digits and "_".');
}

/** A list of tags, with templates in them. */
export function tagsField(hints: {
  title: string;
  description: string;
  placeholder?: string;
  advanced?: boolean;
}) {
  return z
    .array(z.string().max(500))
    .max(50)
    .default([])
    .meta({ widget: 'tags', ...hints });
}

/** Tags as they are kept: trimmed, none empty, none twice. */
export function tidyTags(tags: readonly string[]): string[] {
  const tidy = tags.map((tag) => storable(tag).replace(/\s+/g, ' ').trim().slice(0, LONGEST_TAG).trimEnd());
  return [...new Set(tidy.filter((tag) => tag !== ''))];
}

/** PostgreSQL keeps no NUL character and no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
