import type pg from 'pg';
import type { Logger } from '../log.ts';
import type { ExecutionQueue } from '../queue/execution-queue.ts';
import { findForgotten } from './claim-executions.ts';
import { takeBackExpired } from './leases.ts';
import { nextDue, wakeDue } from './wake-executions.ts';
import { createWakeTimer } from './wake-timer.ts';

const SWEEP_EVERY_MS = 3_000;

/** Rows of one statement of the sweep, so that it never holds many locks. */
const BATCH = 200;

/** Ids that are queued again at once. */
const REQUEUE_BATCH = 1_000;

/** Younger ones most likely have a job that is on its way. */
const FORGOTTEN_AFTER_SECONDS = 5;

export type Sweep = {
  /** A waiting execution is due then. */
  noteDue(at: Date): void;
  stop(): Promise<void>;
};

/**
 * Finds in the database whatever is due and brings it on its way: waiting executions whose time has come, executions of a
 * process that is gone, queued ones that the queue lost. With it, losing the queue loses nothing.
 * @param afterRestart true where this process is alone and has just started: whatever is queued is then taken up at once
 */
export function startSweep(deps: {
  pool: pg.Pool;
  log: Logger;
  queue: ExecutionQueue;
  afterRestart: boolean;
}): Sweep {
  const { pool, log, queue } = deps;
  const wakeTimer = createWakeTimer(() => void once(wake));
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const underWay = new Set<Promise<void>>();

  /** Runs a part to its end; trouble is logged, and the next round tries again. */
  function once(part: () => Promise<void>): Promise<void> {
    if (stopped) return Promise.resolve();
    const run = part().catch((error) => log.warn({ err: error }, 'The sweep had trouble; it tries again'));
    underWay.add(run);
    return run.finally(() => underWay.delete(run));
  }

  async function wake(): Promise<void> {
    await inBatches(async () => {
      const ids = await wakeDue(pool, BATCH);
      await queue.add(ids);
      return ids.length;
    });
    const next = await nextDue(pool);
    if (next) wakeTimer.note(next);
  }

  async function sweep(): Promise<void> {
    await wake();
    await inBatches(async () => {
      const ids = await takeBackExpired(pool, BATCH);
      await queue.add(ids);
      return ids.length;
    });
    // With jobs in the queue nothing is forgotten, it only waits its turn.
    if ((await queue.depth()) === 0) await requeue(FORGOTTEN_AFTER_SECONDS);
  }

  async function requeue(queuedForSeconds: number): Promise<void> {
    for (let afterSeq = 0; ; ) {
      const found = await findForgotten(pool, { afterSeq, limit: REQUEUE_BATCH, queuedForSeconds });
      await queue.add(found.map(({ id }) => id));
      const last = found.at(-1);
      if (!last || found.length < REQUEUE_BATCH || stopped) return;
      afterSeq = last.seq;
    }
  }

  async function round(): Promise<void> {
    await once(sweep);
    if (!stopped) timer = setTimeout(() => void round(), SWEEP_EVERY_MS);
    timer?.unref();
  }

  if (deps.afterRestart) void once(() => requeue(0));
  void round();
  return {
    noteDue: wakeTimer.note,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      wakeTimer.stop();
      await Promise.all(underWay);
    },
  };
}

async function inBatches(batch: () => Promise<number>): Promise<void> {
  while ((await batch()) === BATCH);
}
