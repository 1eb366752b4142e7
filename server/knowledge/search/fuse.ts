import type { PassageWhy } from '../../contract/knowledge.ts';
import type { FoundVector } from '../vector-stores/vector-store.ts';
import type { FoundByWords } from './full-text.ts';

/**
 * The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and
 * individual Rank Learning Methods", SIGIR 2009). Larger, and the first places count less.
 */
const K = 60;

export type Fused = { chunkId: string; score: number; why: PassageWhy };

/**
 * Joins two lists, each best first. A passage that both found comes before one that a single list found a little earlier.
 * `score` is 1 for a passage that is the first of both; without a list of vectors it is the score by words.
 * @param byMeaning null where nothing was searched by meaning
 */
export function fuse(byWords: readonly FoundByWords[], byMeaning: readonly FoundVector[] | null): Fused[] {
  const fused = new Map<string, Fused>();
  byWords.forEach(({ chunkId, score, matched, related }, index) => {
    const words = { rank: index + 1, score, matched, related };
    fused.set(chunkId, { chunkId, score: byMeaning ? share(index + 1) : score, why: { words } });
  });
  byMeaning?.forEach(({ chunkId, similarity }, index) => {
    const known = fused.get(chunkId) ?? { chunkId, score: 0, why: {} };
    const meaning = { rank: index + 1, similarity: Math.round(similarity * 10_000) / 10_000 };
    fused.set(chunkId, { chunkId, score: known.score + share(index + 1), why: { ...known.why, meaning } });
  });
  return [...fused.values()]
    .map((each) => ({ ...each, score: Math.round(each.score * 10_000) / 10_000 }))
    .sort((a, b) => b.score - a.score || bestRank(a) - bestRank(b) || (a.chunkId < b.chunkId ? -1 : 1));
}

const share = (rank: number) => (K + 1) / (K + rank) / 2;

const bestRank = ({ why }: Fused) =>
  Math.min(why.words?.rank ?? Number.POSITIVE_INFINITY, why.meaning?.rank ?? Number.POSITIVE_INFINITY);
