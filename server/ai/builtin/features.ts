import type { Token } from './tokenise.ts';
import { tokenise } from './tokenise.ts';

/**
 * Number of buckets that features are hashed into; a power of two. The shipped sentences use some 25,000: with fewer
 * buckets, words that nobody knows would share one with words that are known.
 */
export const BUCKETS = 1 << 18;

/** Features of one text: buckets and how much each counts. */
export type Features = { buckets: Int32Array; counts: Float32Array };

const WORD_WEIGHT = 1;
const PAIR_WEIGHT = 0.8;
/** Parts of words carry inflection, typos and compounds; there are many of them, so that each counts less. */
const PART_WEIGHT = 0.5;
const SHORTEST_PART = 3;
const LONGEST_PART = 5;

/** Hashed single words, pairs of neighbours, and parts of words of 3 to 5 characters. Needs no language and no stemmer. */
export function extractFeatures(text: string): Features {
  const tokens = tokenise(text);
  const weights = new Map<number, number>();
  const add = (bucket: number, weight: number) => {
    if ((weights.get(bucket) ?? 0) < weight) weights.set(bucket, weight);
  };
  let previous = '<start>';
  for (const token of tokens) {
    add(hash(token.text, 1), WORD_WEIGHT);
    add(hash(`${previous} ${token.text}`, 2), PAIR_WEIGHT);
    previous = token.text;
    if (token.kind === 'word') addParts(token.text, add);
  }
  add(hash(`${previous} <end>`, 2), PAIR_WEIGHT);
  add(hash(lengthOf(tokens), 3), PART_WEIGHT);
  return {
    buckets: Int32Array.from(weights.keys()),
    counts: Float32Array.from(weights.values()),
  };
}

function addParts(word: string, add: (bucket: number, weight: number) => void): void {
  const padded = `_${word}_`;
  for (let length = SHORTEST_PART; length <= LONGEST_PART; length++) {
    for (let start = 0; start + length <= padded.length; start++) {
      add(hash(padded, 4, start, start + length), PART_WEIGHT);
    }
  }
}

function lengthOf(tokens: Token[]): string {
  const words = tokens.filter((token) => token.kind === 'word').length;
  return words === 0 ? 'none' : words === 1 ? 'one' : words <= 3 ? 'few' : words <= 12 ? 'some' : 'many';
}

/** FNV-1a over UTF-16 units; `kind` keeps the kinds of features apart. */
function hash(text: string, kind: number, start = 0, end = text.length): number {
  let value = 0x811c9dc5 ^ kind;
  for (let position = start; position < end; position++) {
    value = Math.imul(value ^ text.charCodeAt(position), 0x01000193);
  }
  return ((value >>> 16) ^ value) & (BUCKETS - 1);
}
