import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkText } from './chunk-text.ts';

const words = fc.array(
  fc.constantFrom('Tea', 'is served', 'hot.', 'Ja!', '\n', 'e.g. milk', '茶。', '😀', 'x'.repeat(40)),
);
const texts = fc.oneof(
  words.map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 400 }),
);

describe('chunks', () => {
  test('are no longer than asked, in order, and hold every character that is not white space', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 10, max: 120 }), (text, size) => {
        const chunks = chunkText(text, size, Math.floor(size / 5));
        let covered = 0;
        let last = -1;
        for (const { start, end, text: chunk } of chunks) {
          expect(chunk).toBe(text.slice(start, end));
          expect(chunk.length).toBeLessThanOrEqual(size);
          expect(start).toBeGreaterThan(last);
          expect(text.slice(covered, Math.max(covered, start)).trim()).toBe('');
          covered = end;
          last = start;
        }
        expect(text.slice(covered).trim()).toBe('');
      }),
    );
  });

  test('overlap by whole sentences', () => {
    const sentences = Array.from({ length: 12 }, (_, index) => `This is sentence number ${index}. `);
    const chunks = chunkText(sentences.join(''), 100, 30);
    expect(chunks[0]!.text.trim().endsWith('.')).toBe(true);
    for (const [index, chunk] of chunks.slice(1).entries()) {
      expect(chunk.text.startsWith('This is sentence')).toBe(true);
      expect(chunk.start).toBeLessThan(chunks[index]!.end);
      expect(chunks[index]!.end - chunk.start).toBeLessThanOrEqual(30);
    }
  });

  test('a text of a million characters without a sentence end is cut in time', () => {
    const chunks = chunkText('a'.repeat(1_000_000));
    expect(chunks.every((chunk) => chunk.text.length <= 1_000)).toBe(true);
  });
});
