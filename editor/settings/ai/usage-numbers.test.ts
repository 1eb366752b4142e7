import { describe, expect, it } from 'vitest';
import { percentText, usdText } from './money.ts';
import type { Used } from './usage-numbers.ts';
import { barShares, dayText, totalOf } from './usage-numbers.ts';

const used = (requests: number, costUsd: number): Used => ({
  requests,
  errors: 1,
  cacheHits: 2,
  tokensIn: 3,
  tokensOut: 4,
  costUsd,
});

it('adds up', () => {
  expect(totalOf([used(1, 0.5), used(2, 0.25)])).toEqual({
    requests: 3,
    errors: 2,
    cacheHits: 4,
    tokensIn: 6,
    tokensOut: 8,
    costUsd: 0.75,
  });
  expect(totalOf([]).requests).toBe(0);
});

describe('the bars', () => {
  it('are by cost', () => {
    expect(barShares([used(1, 2), used(9, 1), used(5, 0)])).toEqual([1, 0.5, 0]);
  });
  it('are by requests where nothing cost anything', () => {
    expect(barShares([used(1, 0), used(4, 0)])).toEqual([0.25, 1]);
    expect(barShares([])).toEqual([]);
  });
});

it.each([
  [0, '$0'],
  [5, '$5.00'],
  [1234.5, '$1,234.50'],
  [0.05, '$0.05'],
  [0.00042, '$0.00042'],
])('writes %d dollars as %s', (value, text) => {
  expect(usdText(value, 'en')).toBe(text);
});

it('writes shares and days in the language of the person', () => {
  expect(percentText(1 / 3, 'en')).toBe('33%');
  expect(dayText('2026-03-09', 'en')).toBe('Mon, Mar 9');
  expect(dayText('2026-03-09', 'de')).toBe('Mo., 9. März');
});
