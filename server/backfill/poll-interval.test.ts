import { expect, it } from 'vitest';
import { nextInterval, readSince } from './poll-interval.ts';

it.each([
  [600, 1, 300],
  [300, 5, 300],
  [600, 0, 900],
  [1_500, 0, 1_800],
  [1_800, 0, 1_800],
  [1_800, 1, 900],
])('after %i seconds and %i missed events it reads again in %i', (seconds, found, next) => {
  expect(nextInterval(seconds, found)).toBe(next);
});

const NOW = new Date('2026-03-02T12:00:00.000Z');
it.each([
  [
    'what was read before, with some overlap',
    '2026-03-02T11:30:00.000Z',
    '2026-02-01T00:00:00.000Z',
    '2026-03-02T11:25:00.000Z',
  ],
  ['a day at most', '2026-02-20T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z'],
  ['the connection of the account', null, '2026-03-02T11:00:00.000Z', '2026-03-02T11:00:00.000Z'],
  ['a day, for an account that was never read', null, '2026-02-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z'],
])('goes back to %s', (_name, readUpTo, connectedAt, since) => {
  const poll = {
    readUpTo: readUpTo ? new Date(readUpTo) : null,
    connectedAt: new Date(connectedAt),
    now: NOW,
  };
  expect(readSince(poll).toISOString()).toBe(since);
});
