import { expect, it } from 'vitest';
import { entryErrors, MOST_ENTRIES, withEntries } from './entries.ts';

it.each([
  ['a word', [], 'refund', ['refund']],
  ['a phrase with a comma', ['a'], ' yes,  really ', ['a', 'yes, really']],
  ['one of each line', ['a'], 'b\r\n\n c \n', ['a', 'b', 'c']],
  ['nothing twice, in any case', ['Free Shipping'], 'free shipping\nFREE  shipping', ['Free Shipping']],
  ['no empty one', ['a'], '   ', ['a']],
] as const)('takes %s', (_what, entries, typed, expected) => {
  expect(withEntries(entries, typed)).toEqual(expected);
});

it('takes no more than the server does', () => {
  const many = Array.from({ length: MOST_ENTRIES + 5 }, (_, at) => `entry ${at}`).join('\n');
  expect(withEntries([], many)).toHaveLength(MOST_ENTRIES);
});

it('finds the entries that the server complains about', () => {
  const errors = {
    'blockedPhrases.1': 'Too short.',
    blockedPhrases: 'Too many.',
    'allowedDomains.0': 'No domain.',
  };
  expect(entryErrors('blockedPhrases', ['spam', 'x'], errors)).toEqual([
    { entry: 'x', message: 'Too short.' },
    { entry: null, message: 'Too many.' },
  ]);
});
