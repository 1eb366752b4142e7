import type { CommentFacts, PolicyFacts } from '../facts.ts';

/** The moment at which the tests decide. */
export const NOW = new Date('2026-06-10T12:00:00.000Z');

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time before `NOW`: `ago('23h 59m')`. */
export function ago(span: string): Date {
  const parts = [...span.matchAll(/(\d+)([smhd])/g)];
  const ms = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
  return new Date(NOW.getTime() - ms);
}

/** Facts in which everything is allowed; tests change what they are about. */
export function factsWith(change: Partial<PolicyFacts> = {}): PolicyFacts {
  return {
    account: { username: 'shop', status: 'connected', blockedUntil: null },
    comment: null,
    contact: { optedOutAt: null },
    window: { state: 'known', lastIncomingAt: ago('1m') },
    theirWord: null,
    ...change,
  };
}

/** A comment that may be answered. */
export function commentWith(change: Partial<CommentFacts> = {}): CommentFacts {
  return { at: ago('1m'), isLive: false, isHidden: false, isDeleted: false, privateReplyAt: null, ...change };
}
