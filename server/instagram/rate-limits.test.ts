import { describe, expect, it } from 'vitest';
import { DEFAULT_RATE_LIMITS, describeLimit, NO_RATE_LIMITS, parseRateLimits } from './rate-limits.ts';

describe('INSTAGRAM_RATE_LIMITS', () => {
  it.each([
    ['', DEFAULT_RATE_LIMITS],
    [' off ', NO_RATE_LIMITS],
    ['messages=20/s', { ...DEFAULT_RATE_LIMITS, messages: { count: 20, perMs: 1_000, atOnce: 2 } }],
    [
      'private_replies=750/h:100, replies=1/m,',
      {
        ...DEFAULT_RATE_LIMITS,
        private_replies: { count: 750, perMs: 3_600_000, atOnce: 100 },
        replies: { count: 1, perMs: 60_000, atOnce: 1 },
      },
    ],
  ])('%j is understood', (text, limits) => {
    expect(parseRateLimits(text)).toEqual(limits);
  });

  it.each([
    ['messages=fast', '"messages=fast" is not understood'],
    ['likes=3/s', '"likes=3/s" is not understood'],
    ['replies=10/week', '"replies=10/week" is not understood'],
    ['replies=0/s', '"replies=0/s" makes no sense'],
    ['replies=10/s:11', '"replies=10/s:11" makes no sense'],
  ])('%j is refused, and the message names it', (text, message) => {
    expect(parseRateLimits(text)).toContain(message);
  });

  it('speaks of a limit in words', () => {
    expect(Object.values(DEFAULT_RATE_LIMITS).map(describeLimit)).toEqual([
      '600 a minute',
      '750 an hour',
      '100 a second',
      '2 a second',
      '600 a minute',
    ]);
  });
});
