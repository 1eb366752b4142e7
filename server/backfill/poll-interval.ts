export const SHORTEST_INTERVAL_SECONDS = 5 * 60;
export const LONGEST_INTERVAL_SECONDS = 30 * 60;
/** A new account is first read after as long: its webhooks have just been subscribed to. */
export const FIRST_INTERVAL_SECONDS = 10 * 60;

/** When to read again: sooner where webhooks missed something, later where they miss nothing. */
export function nextInterval(seconds: number, foundMissed: number): number {
  const next = foundMissed > 0 ? seconds / 2 : seconds * 1.5;
  return Math.round(Math.min(Math.max(next, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS));
}

const DAY_MS = 86_400_000;
/** Instagram lists what is new a moment after it happened; what was read before is recognised by its key. */
const OVERLAP_MS = 5 * 60_000;

/** From when on an account is read: nothing older than a day, and nothing from before it was connected. */
export function readSince(poll: { readUpTo: Date | null; connectedAt: Date; now: Date }): Date {
  const { readUpTo, connectedAt, now } = poll;
  const fromLast = (readUpTo ?? connectedAt).getTime() - OVERLAP_MS;
  return new Date(Math.max(fromLast, connectedAt.getTime(), now.getTime() - DAY_MS));
}
