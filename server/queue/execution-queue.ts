import type { DueExecution, Lane } from '../executions/lanes.ts';

/**
 * Says *when* an execution may go on, never what it does: a job carries ids, the database has the rest. Losing the
 * queue loses nothing (server/executions/sweep.ts).
 */
export type ExecutionQueue = {
  /** Resolves when the ids are in the queue. @throws QueueUnavailableError at once while it can't be reached */
  add(due: readonly DueExecution[]): Promise<void>;
  /** Takes jobs until the answer is closed. A handler that is not ready yet holds its job back by not resolving. */
  consume(handler: (executionIds: string[], lane: Lane) => Promise<void>): QueueConsumer;
  /** Whether it can be reached, as far as is known. */
  isUp(): boolean;
  /** Jobs that nobody has taken yet, by lane. @throws QueueUnavailableError */
  depths(): Promise<Record<Lane, number>>;
  close(): Promise<void>;
};

export type QueueConsumer = { close(): Promise<void> };

/** The queue can't be reached or takes nothing more. What is due stands in the database and is found there. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

/**
 * Executions in one job. BullMQ's cost is per job (about 1 ms on PostgreSQL), so ids that arrive together share one;
 * more than this would tie many executions to one worker.
 */
export const MAX_IDS_PER_JOB = 25;
