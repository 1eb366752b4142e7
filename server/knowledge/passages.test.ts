import { describe, expect, test } from 'vitest';
import { pairOfText, pairText, passagesOf, passagesOfPages } from './passages.ts';

describe('passages of pages', () => {
  test('have the page they stand on, and never two', () => {
    const long = 'This sentence is here to fill the page. '.repeat(60).trim();
    const passages = passagesOfPages([long, 'Short.', '', 'Last.'], 11, '');
    expect(new Set(passages.map(({ page }) => page))).toEqual(new Set([11, 12, 14]));
    expect(passages.filter(({ page }) => page === 11).length).toBeGreaterThan(2);
    expect(passages.find(({ page }) => page === 12)?.text).toBe('Short.');
  });

  test('a sentence over the border stands whole at the beginning of the second page', () => {
    const passages = passagesOfPages(['Welcome. The lamp costs', 'twenty euros. Bye.'], 1, '');
    expect(passages).toEqual([
      { text: 'Welcome. The lamp costs', page: 1 },
      { text: 'The lamp costs twenty euros. Bye.', page: 2 },
    ]);
    expect(passagesOfPages(['twenty euros. Bye.'], 2, 'Welcome. The lamp costs')).toEqual([passages[1]]);
  });

  test.each([
    ['The end.', 'and a page that begins small'],
    ['Page 4', 'A new sentence'],
    ['', 'nothing before'],
  ])('%j is not carried over to %j', (before, text) => {
    expect(passagesOfPages([text], 2, before)).toEqual([{ text, page: 2 }]);
  });
});

test('a pair is one passage, however long, and is read back as it was', () => {
  const pair = { question: 'Do you\n ship?', answer: `${'Yes, we do. '.repeat(200)}\nEverywhere.` };
  const passages = passagesOf({ kind: 'pairs', pairs: [pair, { question: 'A?', answer: 'B' }] });
  expect(passages).toHaveLength(2);
  expect(pairOfText(passages[0]!.text)).toEqual({ question: 'Do you ship?', answer: pair.answer });
  expect(pairOfText(pairText({ question: 'A?', answer: 'B\nC' }))).toEqual({
    question: 'A?',
    answer: 'B\nC',
  });
});
