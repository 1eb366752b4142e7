import { LONGEST_THROTTLE_MS } from '../../engine/retry.ts';
import type { RateLimit } from './rate-limits.ts';

/**
 * A limit as the database keeps it: a bucket of `burst` permits in which one grows back every `intervalMs` (generic cell
 * rate algorithm). A bucket that was full and is drained as fast as it allows gives exactly the limit's count per period,
 * and less in any other: the hour after a burst is paid for by that burst.
 */
export type Budget = {
  intervalMs: number;
  burst: number;
  /** Permits that a process takes beside the one it needs, while there are any, so that not every call asks the database. */
  spare: number;
};

/** What a block of spare permits covers: more, and a process that dies wastes more; less, and the database is asked more. */
const BLOCK_MS = 100;

/** Spare permits lapse so soon that a block of the platform's, which a process learns of when it asks, is not outlived. */
export const BLOCK_LASTS_MS = 1_000;

export function budgetOf({ count, perMs, atOnce }: RateLimit): Budget {
  const intervalMs = perMs / (count - atOnce + 1);
  return { intervalMs, burst: atOnce, spare: Math.floor(BLOCK_MS / intervalMs) };
}

/** What the database answers to those of one process that asked at the same moment for the same account and family. */
export type Answer = {
  /** The database's time, ms since 1970. */
  nowMs: number;
  /** From when on the bucket would have been full before they asked; never before now. */
  baseMs: number;
  /** How many of them have a slot; the others would have to wait for longer than anybody does. */
  reserved: number;
  /** The permits taken in all, spare ones included. */
  taken: number;
  /** Instagram asked for silence until then. */
  blockedUntilMs: number | null;
};

/** The turn of one who asked: how long it is until then, and when that is by the database's clock. */
export type Slot =
  | { kind: 'slot'; waitMs: number; fromMs: number; isBlocked: boolean }
  | { kind: 'too_long' };

/** The turns of `wanted` callers, in the order in which they asked; each later than the one before unless all are now. */
export function slotsOf({ intervalMs, burst }: Budget, answer: Answer, wanted: number): Slot[] {
  const { nowMs, baseMs, reserved, blockedUntilMs } = answer;
  return Array.from({ length: wanted }, (_, index) => {
    if (index >= reserved) return { kind: 'too_long' };
    // To the millisecond below: what the database rounds must not make a wait of nothing.
    const turnMs = Math.floor(baseMs + (index + 1 - burst) * intervalMs);
    const fromMs = Math.max(nowMs, turnMs, blockedUntilMs ?? 0);
    return { kind: 'slot', waitMs: fromMs - nowMs, fromMs, isBlocked: (blockedUntilMs ?? 0) > nowMs };
  });
}

/** Spare permits that may be used at once. */
export function spareOf({ nowMs, reserved, taken, blockedUntilMs }: Answer): number {
  return (blockedUntilMs ?? 0) > nowMs ? 0 : taken - reserved;
}

/** Nobody is given a turn that is so far away that the step would not wait for it. */
export const HORIZON_MS = LONGEST_THROTTLE_MS;

/** Waits up to this are slept through on the spot: cheaper than writing them into the journal and coming back. */
export const SHORT_WAIT_MS = 500;

/** A turn that was given to a step: permits are already paid for it. */
export type Reservation = {
  accountId: string;
  family: string;
  /** The database's time from when on it holds, ISO 8601. */
  from: string;
};

/**
 * How a reservation stands. `early`: it is for somebody else, since nobody comes back before their time.
 * `lapsed`: whoever comes much too late asks anew. Late-comers of a stalled process would otherwise all send at once, on top
 * of what has grown back meanwhile. What one bucket takes to fill is allowed, at least 2 s for waking up, at most a minute.
 */
export function standingOf(
  { from }: Reservation,
  { intervalMs, burst }: Budget,
  { nowMs, blockedUntilMs }: Pick<Answer, 'nowMs' | 'blockedUntilMs'>,
): { kind: 'due'; waitMs: number } | { kind: 'early' } | { kind: 'lapsed' } {
  const waitMs = Date.parse(from) - nowMs;
  const graceMs = Math.min(Math.max(burst * intervalMs, 2_000), 60_000);
  if (-waitMs > graceMs || Date.parse(from) < (blockedUntilMs ?? 0)) return { kind: 'lapsed' };
  return waitMs > SHORT_WAIT_MS ? { kind: 'early' } : { kind: 'due', waitMs: Math.max(0, waitMs) };
}
