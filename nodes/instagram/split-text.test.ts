import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitText } from './split-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
const bare = (text: string) => text.replace(/\s+/g, '');

test('a text that fits stays whole', () => {
  expect(splitText(' Hello. How are you? ', 100)).toEqual(['Hello. How are you?']);
});

test('the cut is at the end of a sentence', () => {
  expect(splitText('One is here. Two is there. Three.', 27)).toEqual([
    'One is here. Two is there.',
    'Three.',
  ]);
});

test('a sentence that is too long is cut between words, a word between characters', () => {
  expect(splitText('alpha beta gamma', 11)).toEqual(['alpha beta', 'gamma']);
  expect(splitText('abcdef', 4)).toEqual(['abcd', 'ef']);
  expect(splitText('👩‍👩‍👧👩‍👩‍👧', 18)).toEqual(['👩‍👩‍👧', '👩‍👩‍👧']);
});

test('no part is too long and nothing but white space gets lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 60, max: 120 }),
      (text, max) => {
        const parts = splitText(text, max);
        expect(parts.every((part) => bytes(part) <= max && part.trim() === part)).toBe(true);
        expect(bare(parts.join(''))).toBe(bare(text));
      },
    ),
  );
});
