import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { isTransient } from '../executions/group-commit.ts';
import type { Logger } from '../log.ts';

export type PeriodicJob = {
  /** Ends the work under way at its next halt. */
  stop(): Promise<void>;
};

/**
 * Does something again and again in the background, until stopped. Trouble is logged and tried again next time; it keeps
 * no process alive.
 * @param options `lock`: at any moment only one process of the installation does it, the others skip their turn
 */
export function startPeriodicJob(
  deps: { pool: pg.Pool; log: Logger },
  options: { name: string; firstAfterMs: number; everyMs: number; lock?: string },
  work: (signal: AbortSignal) => Promise<void>,
): PeriodicJob {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function loop(): Promise<void> {
    let waitMs = options.firstAfterMs;
    while (await rested(waitMs, signal)) {
      waitMs = options.everyMs;
      try {
        if (options.lock === undefined) await work(signal);
        else await withLock(deps.pool, options.lock, () => work(signal));
      } catch (error) {
        if (signal.aborted) return;
        const level = isTransient(error) ? 'warn' : 'error';
        deps.log[level]({ err: error, job: options.name }, 'A background job had trouble; tried again later');
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

/** The lock belongs to the connection: a process that dies gives it up. */
async function withLock(pool: pg.Pool, name: string, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let isSound = false;
  try {
    const { rows } = await client.query<{ isOurs: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as "isOurs"',
      [name],
    );
    if (rows[0]?.isOurs) {
      await work().finally(() => client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]));
    }
    isSound = true;
  } finally {
    // A connection that may still hold the lock is not given to the next one.
    client.release(!isSound);
  }
}

async function rested(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(milliseconds, undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
  }
}
