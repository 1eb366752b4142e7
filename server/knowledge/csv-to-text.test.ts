import { expect, test } from 'vitest';
import { csvToText } from './csv-to-text.ts';

test.each([
  [
    'question,answer\n"Do you ship, and where?","Yes. ""Everywhere"""\nReturns?,30 days',
    'Do you ship, and where?\nYes. "Everywhere"\n\nReturns?\n30 days',
  ],
  ['product;price\r\nMug;9 €\r\n\r\nCap;12 €\r\n', 'product: Mug\nprice: 9 €\n\nproduct: Cap\nprice: 12 €'],
  ['just one line', 'just one line'],
  ['', ''],
])('%j reads as %j', (csv, text) => {
  expect(csvToText(csv)).toBe(text);
});
