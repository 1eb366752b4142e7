import { z } from 'zod';
import type { Passage } from '../../engine/services.ts';

const passageSchema = z.object({
  id: z.string(),
  documentId: z.string(),
  title: z.string(),
  text: z.string(),
  page: z.number().int().exactOptional(),
  score: z.number(),
});

/** Passages of an earlier lookup. Where that lookup was not on the way taken, the template gives nothing at all. */
export const passagesField = z
  .union([z.array(passageSchema), z.string()])
  .nullish()
  .meta({
    title: 'What it may rely on',
    description: 'The passages of a "Look up" step before this one.',
    placeholder: '{{ steps.lookup.output.passages }}',
    widget: 'text',
    raw: true,
  });

/** The field's value as passages; a plain text counts as one passage. */
export function toPassages(value: z.output<typeof passagesField>): Passage[] {
  if (Array.isArray(value)) return value;
  const text = value?.trim();
  return text ? [{ id: 'text', documentId: 'text', title: '', text, score: 1 }] : [];
}
