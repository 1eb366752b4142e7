import { ExpiringCache } from '../expiring-cache.ts';

/** Attempts from one address for one e-mail until it has to pause; a success starts anew. */
export const ATTEMPTS_PER_EMAIL = 10;
/** The same for one address over all e-mails, against trying many people. */
const ATTEMPTS_PER_ADDRESS = 100;
export const LOGIN_WINDOW_MS = 15 * 60_000;
/** Most addresses and e-mails remembered; filling it costs us about 1 MB and pushes out only the oldest. */
const MAX_ENTRIES = 10_000;

/** Counts login attempts in memory: bounded, forgotten after the window. */
export class LoginLimit {
  readonly #attempts: ExpiringCache<number>;

  constructor(now: () => number = Date.now) {
    this.#attempts = new ExpiringCache(MAX_ENTRIES, LOGIN_WINDOW_MS, now);
  }

  /**
   * Counts an attempt before the password is looked at, so that attempts side by side count too.
   * @returns `newly_blocked` for the first one refused, so that it is noted once
   */
  begin(address: string, email: string): 'allowed' | 'newly_blocked' | 'blocked' {
    const limits = [
      { key: pairKey(address, email), limit: ATTEMPTS_PER_EMAIL },
      { key: addressKey(address), limit: ATTEMPTS_PER_ADDRESS },
    ].map((limit) => ({ ...limit, count: this.#attempts.get(limit.key) ?? 0 }));
    if (limits.some(({ count, limit }) => count > limit)) return 'blocked';
    for (const { key, count } of limits) this.#attempts.set(key, count + 1);
    return limits.some(({ count, limit }) => count === limit) ? 'newly_blocked' : 'allowed';
  }

  succeeded(address: string, email: string): void {
    this.#attempts.delete(pairKey(address, email));
    this.#attempts.delete(addressKey(address));
  }
}

const pairKey = (address: string, email: string) => JSON.stringify([address, email.toLowerCase()]);
const addressKey = (address: string) => JSON.stringify([address]);
