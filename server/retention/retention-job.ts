import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '../log.ts';
import type { PruneManner } from './prune.ts';
import { runRetention } from './retention-run.ts';

/** Shortly after the start, when the start's own work is done. */
const FIRST_AFTER_MS = 30_000;
const EVERY_MS = 3_600_000;

/** Every process comes by every hour; what another has done less than this ago is enough. */
const FRESH_SECONDS = 3_000;

/** Between two statements at least, so that others get their turn. */
const LEAST_REST_MS = 10;

export type RetentionJob = {
  /** Lets the statement under way end, which is a matter of milliseconds. */
  stop(): Promise<void>;
};

/** Prunes in the background, every hour, in one process at a time. Trouble is logged and tried again an hour later. */
export function startRetention(deps: {
  pool: pg.Pool;
  log: Logger;
  /** Tests. */
  firstAfterMs?: number;
}): RetentionJob {
  const { pool, log } = deps;
  const stopping = new AbortController();
  const manner = restful(stopping.signal);

  async function loop(): Promise<void> {
    let waitMs = deps.firstAfterMs ?? FIRST_AFTER_MS;
    while (await rested(waitMs, stopping.signal)) {
      waitMs = EVERY_MS;
      try {
        const run = await runRetention(pool, manner, { unlessWithinSeconds: FRESH_SECONDS });
        if (run && run.removed > 0) log.info({ rows: run.removed }, 'Removed what is kept no longer');
      } catch (error) {
        log.warn({ err: error }, 'Old rows could not be removed; tried again in an hour');
      }
    }
  }

  const running = loop();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

/** Rests as long as it worked: a busy database is given half of the time at least. */
export function restful(signal: AbortSignal): PruneManner {
  return {
    signal,
    rest: async (tookMs) => void (await rested(Math.max(LEAST_REST_MS, tookMs), signal)),
  };
}

/** @returns false when it was called off; it keeps no process alive */
async function rested(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(milliseconds, undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
  }
}
