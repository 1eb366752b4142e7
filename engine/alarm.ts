import type { Clock } from './clock.ts';

/** Given as reason because `abort()` without one makes an exception with a stack, which costs more than the timer. */
const CLEARED = 'cleared';

/**
 * One timer for all deadlines of a run: set to the earliest, it calls back then (or a little early, when a later one was
 * asked for meanwhile) and is set anew. Far cheaper than a timer for each step.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #sleep: AbortController | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `at` (ms since 1970) or before. */
  setBy(at: number, now: number): void {
    if (at >= this.#at) return;
    this.clear();
    this.#at = at;
    const sleep = new AbortController();
    this.#sleep = sleep;
    void this.#clock.sleep(Math.max(0, at - now), sleep.signal).then(() => {
      if (this.#sleep !== sleep) return;
      this.#at = Number.POSITIVE_INFINITY;
      this.#sleep = undefined;
      this.#ring();
    });
  }

  clear(): void {
    this.#sleep?.abort(CLEARED);
    this.#sleep = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }
}
