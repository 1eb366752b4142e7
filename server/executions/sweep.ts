import type pg from 'pg';
import type { Logger } from '../log.ts';
import type { ExecutionQueue } from '../queue/execution-queue.ts';
import { findForgotten } from './claim-executions.ts';
import type { DueExecution } from './lanes.ts';
import { byLane } from './lanes.ts';
import type { Runner } from './runner.ts';
import { nextDue, wakeDue } from './wake-executions.ts';
import { createWakeTimer } from './wake-timer.ts';

const SWEEP_EVERY_MS = 3_000;

/** Without a queue the sweep is what says when; it looks this often. */
const SWEEP_WITHOUT_QUEUE_MS = 200;

/** Rows of one statement of the sweep, so that it never holds many locks. */
const BATCH = 200;

/** Younger ones most likely have a job that is on its way. */
const FORGOTTEN_AFTER_SECONDS = 5;

export type Sweep = {
  /** A waiting execution is due then. */
  noteDue(at: Date): void;
  /** Takes up what is due and has no job, at once. */
  takeUp(): void;
  stop(): Promise<void>;
};

/**
 * Finds in the database whatever is due and brings it on its way: waiting executions whose time has come, executions of a
 * process that is gone, and, where this process has free slots, queued ones for which no job came. So losing the queue
 * loses nothing, and while it is away the work goes on without it.
 */
export function startSweep(deps: {
  pool: pg.Pool;
  log: Logger;
  queue: ExecutionQueue;
  /** Null in a process that runs nothing. */
  runner: Runner | null;
  /** Takes over what gone processes held; null where there are no others. */
  takeOver: (() => Promise<DueExecution[]>) | null;
  now: () => Date;
  /** Whether to take up at once whatever is queued, as after a restart of the only process. */
  afterRestart: boolean;
}): Sweep {
  const { pool, log, queue, runner, takeOver } = deps;
  const wakeTimer = createWakeTimer(() => void once(wake), deps.now);
  const underWay = new Set<Promise<void>>();
  let takingUp: Promise<void> | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  /** Runs a part to its end; trouble is logged, and the next round tries again. */
  function once(part: () => Promise<void>): Promise<void> {
    if (stopped) return Promise.resolve();
    const run = part().catch((error) => log.warn({ err: error }, 'The sweep had trouble; it tries again'));
    underWay.add(run);
    return run.finally(() => underWay.delete(run));
  }

  /** What can't be queued is taken up by the next round of whoever has free slots. */
  const enqueue = (due: DueExecution[]) => queue.add(due).catch(() => {});

  async function wake(): Promise<void> {
    for (let due = await wakeDue(pool, BATCH); due.length > 0; due = await wakeDue(pool, BATCH)) {
      await enqueue(due);
    }
    const next = await nextDue(pool);
    if (next) wakeTimer.note(next);
  }

  async function sweep(): Promise<void> {
    await wake();
    const takenOver = await takeOver?.();
    if (takenOver?.length) {
      log.warn({ count: takenOver.length }, 'Executions of a process that is gone go on');
      await enqueue(takenOver);
    }
    takeUp(queue.isUp() ? FORGOTTEN_AFTER_SECONDS : 0);
  }

  /** One at a time, beside the rounds: a long backlog must not hold up what is due. */
  function takeUp(queuedForSeconds: number): void {
    if (!runner || takingUp) return;
    takingUp = once(() => takeForgotten(runner, queuedForSeconds)).finally(() => {
      takingUp = undefined;
    });
  }

  /** Work that has been due for a while though there are free slots: its job is late or lost. */
  async function takeForgotten({ freeSlots, submit }: Runner, queuedForSeconds: number): Promise<void> {
    let firstBefore: string | undefined;
    while (!stopped && (queuedForSeconds === 0 || freeSlots() > 0)) {
      const due = await findForgotten(pool, { limit: BATCH, queuedForSeconds });
      const isStuck = due[0]?.id === firstBefore;
      if (isStuck) return;
      firstBefore = due[0]?.id;
      await Promise.all(byLane(due).map(({ ids, lane }) => submit(ids, lane)));
      if (due.length < BATCH) return;
    }
  }

  async function round(): Promise<void> {
    await once(sweep);
    if (stopped) return;
    const isPoller = runner !== null && !queue.isUp();
    timer = setTimeout(() => void round(), isPoller ? SWEEP_WITHOUT_QUEUE_MS : SWEEP_EVERY_MS);
    timer.unref();
  }

  if (deps.afterRestart) takeUp(0);
  void round();
  return {
    noteDue: wakeTimer.note,
    takeUp: () => takeUp(0),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      wakeTimer.stop();
      await Promise.all(underWay);
    },
  };
}
