import { z } from 'zod';
import type { ModerationCategory } from '../../../engine/services.ts';
import { MODERATION_CATEGORIES } from '../../../engine/services.ts';
import type { FoundSet } from '../find-set.ts';
import { readRows } from '../read-rows.ts';
import type { Unseen } from '../unseen-rows.ts';
import { unseenRows } from '../unseen-rows.ts';

const NAMES = ['ok', ...MODERATION_CATEGORIES];

const rowSchema = z
  .object({
    categories: z.string().max(200),
    language: z.string().max(20),
    text: z.string().min(1).max(5_000),
  })
  .transform(({ categories, ...row }, context) => {
    const is = new Set<ModerationCategory>();
    const mayBe = new Set<ModerationCategory>();
    for (const given of categories.split(',').map((each) => each.trim())) {
      const name = given.replace(/\?$/, '');
      const category = MODERATION_CATEGORIES.find((each) => each === name);
      if (category) (given.endsWith('?') ? mayBe : is).add(category);
      else if (given !== 'ok') {
        const message = `"${given.slice(0, 40)}" is none of ${NAMES.join(', ')}`;
        context.addIssue({ code: 'custom', path: ['categories'], message });
      }
    }
    return { ...row, is, mayBe };
  });

/** `is`: what has to be found. `mayBe`: what counts neither for nor against who finds it, where people would not agree. */
export type ModerationRow = z.output<typeof rowSchema>;

/**
 * A set of texts to moderate: `categories|language|text` a line. Categories are divided by commas, `ok` is none of them, and
 * `insult?` leaves it open whether it is one.
 * @throws SetError
 */
export const readModeration = (set: FoundSet): Unseen<ModerationRow> =>
  unseenRows(readRows(set.file, ['categories', 'language', 'text'], rowSchema));
