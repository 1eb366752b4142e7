import type { ModerationCategory } from '../../../engine/services.ts';
import { MODERATION_CATEGORIES } from '../../../engine/services.ts';
import type { BinaryScore } from '../score-binary.ts';
import { mean, scoreBinary } from '../score-binary.ts';
import type { ModerationRow } from './read-moderation.ts';

export type Moderated = {
  row: Pick<ModerationRow, 'is' | 'mayBe' | 'language'>;
  found: ReadonlySet<ModerationCategory>;
};

export type ModerationScore = {
  rows: number;
  /** Whether a text leaves the node through "flagged". */
  flagged: BinaryScore;
  /** Mean F1 of the categories that the set has. */
  macroF1: number;
  categories: Partial<Record<ModerationCategory, BinaryScore>>;
  /** `flagged` by language. */
  languages: Record<string, BinaryScore & { rows: number }>;
};

/**
 * Precision, recall and F1 of each category, and of whether a text is flagged at all.
 * @param flags the categories that make a text flagged
 */
export function scoreModeration(
  moderated: readonly Moderated[],
  flags: readonly ModerationCategory[],
): ModerationScore {
  const categories = Object.fromEntries(
    MODERATION_CATEGORIES.map((category) => [category, scoreCategory(moderated, category)]).filter(
      ([, score]) => score !== null,
    ),
  ) as ModerationScore['categories'];
  const languages = Map.groupBy(moderated, ({ row }) => row.language);
  return {
    rows: moderated.length,
    flagged: scoreFlagged(moderated, flags),
    macroF1: mean(
      Object.values(categories)
        .filter(({ support }) => support > 0)
        .map(({ f1 }) => f1),
    ),
    categories,
    languages: Object.fromEntries(
      [...languages].map(([language, of]) => [language, { ...scoreFlagged(of, flags), rows: of.length }]),
    ),
  };
}

/** Null for a category that is neither in the set nor found in it. */
function scoreCategory(moderated: readonly Moderated[], category: ModerationCategory): BinaryScore | null {
  const answers = moderated
    .filter(({ row }) => !row.mayBe.has(category))
    .map(({ row, found }) => ({ expected: row.is.has(category), actual: found.has(category) }));
  return answers.some(({ expected, actual }) => expected || actual) ? scoreBinary(answers) : null;
}

/** A row that may be flagged or not counts in neither way. */
function scoreFlagged(moderated: readonly Moderated[], flags: readonly ModerationCategory[]): BinaryScore {
  return scoreBinary(
    moderated
      .map(({ row, found }) => ({
        expected: flags.some((category) => row.is.has(category)),
        isOpen: flags.some((category) => row.mayBe.has(category)),
        actual: flags.some((category) => found.has(category)),
      }))
      .filter(({ expected, isOpen }) => expected || !isOpen),
  );
}
