import { mean } from '../score-binary.ts';

/** From 1; null where the passage is not among those that were looked at. */
export type Rank = number | null;

export type RankScore = {
  questions: number;
  /** Share of questions whose passage comes first, and is among the first five. */
  recallAt1: number;
  recallAt5: number;
  /** Mean reciprocal rank; 0 for a question whose passage is not found. */
  mrr: number;
};

/** Recall and mean reciprocal rank, of all questions and of each language. */
export function scoreRanks(
  ranked: readonly { language: string; rank: Rank }[],
): RankScore & { languages: Record<string, RankScore> } {
  const languages = Map.groupBy(ranked, ({ language }) => language);
  return {
    ...score(ranked),
    languages: Object.fromEntries([...languages].map(([language, of]) => [language, score(of)])),
  };
}

const score = (ranked: readonly { rank: Rank }[]): RankScore => ({
  questions: ranked.length,
  recallAt1: mean(ranked.map(({ rank }) => isWithin(rank, 1))),
  recallAt5: mean(ranked.map(({ rank }) => isWithin(rank, 5))),
  mrr: mean(ranked.map(({ rank }) => (rank === null ? 0 : 1 / rank))),
});

const isWithin = (rank: Rank, places: number) => (rank !== null && rank <= places ? 1 : 0);

export type Expected = {
  /** Name of a document, without its ending. */
  document: string;
  /** Words that stand in the passage; empty: any passage of the document. */
  words: string;
};

/** The place of the first passage that is one of those expected. @param found best first; `title` is the document's name */
export function rankOf(
  found: readonly { title: string; text: string }[],
  expected: readonly Expected[],
): Rank {
  const index = found.findIndex(({ title, text }) =>
    expected.some(({ document, words }) => title === document && oneSpaced(text).includes(oneSpaced(words))),
  );
  return index < 0 ? null : index + 1;
}

/** Where lines break says nothing. */
export const oneSpaced = (text: string): string => text.replace(/\s+/g, ' ').trim();
