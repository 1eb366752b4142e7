import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

type Sleeper = { at: number; wake: () => void };

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = '2026-01-05T12:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Moves the time on and wakes who slept until then. */
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) sleeper.wake();
  }

  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  /** Lets a promise settle, moving the time to the next sleeper whenever nothing else is left to happen. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < 3 && !isSettled; turn++) await setImmediate();
      if (isSettled) return promise;
      const next = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.at));
      if (Number.isFinite(next)) this.advance(Math.max(0, next - this.#now));
    }
  }
}
