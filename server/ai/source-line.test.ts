import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeSourceLine, withoutSourceLine } from './source-line.ts';

const PASSAGES = ['a', 'b'].map((id) => ({ id, documentId: 'd', title: '', text: '', score: 1 }));

test.each([
  ['Yes.\nSOURCES: 2, 1, 2', 'Yes.', ['b', 'a']],
  ['Yes.\nSOURCES: none', 'Yes.', []],
  ['SOURCES: 1', '', ['a']],
  ['Our SOURCES: 1 and 2 are fresh', 'Our SOURCES: 1 and 2 are fresh', []],
  ['Yes.\nSOURCES: 1\nMore.', 'Yes.\nSOURCES: 1\nMore.', []],
  ['Yes.\nSOURCES: 9', 'Yes.', []],
])('%j is the text %j', (answer, text, sources) => {
  expect(takeSourceLine(answer, PASSAGES)).toEqual({ text, sources });
});

test('however an answer is cut into pieces, people see its text and not the line of sources', () => {
  const answer = 'Hello!\nSO we ship.\n\nBye\nSOURCES: 1, 2';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), (lengths) => {
      let seen = '';
      const stream = withoutSourceLine((text) => {
        seen += text;
      });
      for (let at = 0, turn = 0; at < answer.length; turn++) {
        const length = lengths[turn % lengths.length]!;
        stream.push(answer.slice(at, at + length));
        at += length;
      }
      stream.end();
      expect(seen.trim()).toBe('Hello!\nSO we ship.\n\nBye');
    }),
  );
});
