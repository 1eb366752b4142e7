import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuse } from './fuse.ts';

const words = (...ids: string[]) =>
  ids.map((chunkId, index) => ({ chunkId, score: 1 - index / 10, matched: [], related: [] }));
const meaning = (...ids: string[]) =>
  ids.map((chunkId, index) => ({ chunkId, similarity: 0.9 - index / 10 }));
const order = (fused: ReturnType<typeof fuse>) => fused.map(({ chunkId }) => chunkId);

test.each([
  ['what both found comes first', words('a', 'b', 'c'), meaning('d', 'b', 'e'), ['b', 'a', 'd', 'c', 'e']],
  ['words alone keep their order', words('a', 'b'), null, ['a', 'b']],
  ['meaning that found nothing changes nothing', words('a', 'b'), meaning(), ['a', 'b']],
  ['meaning alone keeps its order', words(), meaning('a', 'b'), ['a', 'b']],
])('%s', (_what, byWords, byMeaning, expected) => {
  expect(order(fuse(byWords, byMeaning))).toEqual(expected);
});

test('says which list found a passage, at which place and why', () => {
  const [best] = fuse(
    [{ chunkId: 'a', score: 0.8, matched: ['lamp'], related: ['price'] }],
    meaning('b', 'a'),
  );
  expect(best).toEqual({
    chunkId: 'a',
    score: expect.closeTo(0.99, 2),
    why: {
      words: { rank: 1, score: 0.8, matched: ['lamp'], related: ['price'] },
      meaning: { rank: 2, similarity: 0.8 },
    },
  });
});

test('scores are between 0 and 1 and fall; each passage is there once', () => {
  const ids = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 10 });
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const fused = fuse(words(...one), meaning(...other));
      expect(new Set(order(fused))).toEqual(new Set([...one, ...other]));
      expect(fused).toHaveLength(new Set([...one, ...other]).size);
      const scores = fused.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
    }),
  );
});
