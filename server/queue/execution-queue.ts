/**
 * Says *when* an execution may go on, never what it does: a job carries ids, the database has the rest. Losing the
 * queue loses nothing (server/executions/sweep.ts).
 */
export type ExecutionQueue = {
  /** Resolves when the ids are in the queue. */
  add(executionIds: string[]): Promise<void>;
  /** Takes jobs until the answer is closed. A handler that is not ready yet holds its job back by not resolving. */
  consume(handler: (executionIds: string[]) => Promise<void>): QueueConsumer;
  /** Jobs that nobody has taken yet. */
  depth(): Promise<number>;
  close(): Promise<void>;
};

export type QueueConsumer = { close(): Promise<void> };

/**
 * Executions in one job. BullMQ's cost is per job (about 1 ms on PostgreSQL), so ids that arrive together share one;
 * more than this would tie many executions to one worker.
 */
export const MAX_IDS_PER_JOB = 25;
