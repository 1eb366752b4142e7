import type { BackendFactory, IQueueBackend, JobsOptions, Worker } from 'bullmq';
import { withBackend } from 'bullmq';
import { createGroupCommit } from '../executions/group-commit.ts';
import type { DueExecution, Lane } from '../executions/lanes.ts';
import { byLane, LANES } from '../executions/lanes.ts';
import type { Logger } from '../log.ts';
import type { ExecutionQueue, QueueConsumer } from './execution-queue.ts';
import { MAX_IDS_PER_JOB, QueueUnavailableError } from './execution-queue.ts';

/** Jobs of one lane that a process holds at once. They are short: a job ends when its executions have been claimed. */
const JOBS_AT_ONCE = 4;

/** Ids that may wait for the queue; more are left to the sweep, so that a queue that hangs does not fill the memory. */
const MAX_WAITING_IDS = 10_000;

/** A queue that does not take an id within this hangs; for as long again nothing is given to it. */
const ADD_WITHIN_MS = 3_000;

/** After trouble a worker asks again this soon. */
const RETRY_AFTER_MS = 1_000;

/** Closing waits no longer for a queue that does not answer. */
const CLOSE_WITHIN_MS = 2_000;

type JobData = { executionIds: string[] };

/** A job that failed is not repeated by the queue: the sweep finds what is due in the database. */
const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: 100 };

/** Name of the BullMQ queue of a lane. */
const queueName = (lane: Lane): string => `executions-${lane}`;

/** The execution queue on BullMQ, one queue for each lane, over whichever backend and connection is given. */
export function createBullmqQueue<Connection>({
  connection,
  backend,
  prefix,
  log,
  isUp,
  release,
}: {
  connection: Connection;
  backend: BackendFactory<IQueueBackend, Connection>;
  /** Keeps installations that share a Redis apart. */
  prefix?: string;
  log: Logger;
  /** Whether the connection stands. */
  isUp: () => boolean;
  /** Closes the connections after the queue has been closed. */
  release: () => Promise<void>;
}): ExecutionQueue {
  const reportError = (error: Error) => log.warn({ err: error }, 'The queue has trouble; it tries again');
  const { Queue, Worker } = withBackend<IQueueBackend, Connection>(backend);
  const options = { connection, ...(prefix && { prefix }) };
  const queues = new Map(
    LANES.map((lane) => {
      const queue = new Queue<JobData, void>(queueName(lane), { ...options, defaultJobOptions: JOB_OPTIONS });
      queue.on('error', reportError);
      return [lane, queue];
    }),
  );
  let waitingIds = 0;
  let hangsUntil = 0;
  const isUsable = () => isUp() && performance.now() >= hangsUntil;
  const adding = createGroupCommit<readonly DueExecution[], void>({
    maxBatch: 1_000,
    write: async (items) => {
      await Promise.all(byLane(items.flat()).map(({ lane, ids }) => addJobs(lane, ids)));
      return items.map(() => undefined);
    },
  });

  async function addJobs(lane: Lane, ids: string[]): Promise<void> {
    const jobs = chunk(ids, MAX_IDS_PER_JOB).map((executionIds) => ({ name: 'run', data: { executionIds } }));
    const [only, ...others] = jobs;
    if (only && others.length === 0) await queues.get(lane)?.add(only.name, only.data);
    else await queues.get(lane)?.addBulk(jobs);
  }

  async function add(due: readonly DueExecution[]): Promise<void> {
    if (due.length === 0) return;
    if (!isUsable() || waitingIds + due.length > MAX_WAITING_IDS) {
      throw new QueueUnavailableError('The queue can not be reached.');
    }
    waitingIds += due.length;
    const added = adding.add(due).finally(() => {
      waitingIds -= due.length;
    });
    if (await isDoneWithin(ADD_WITHIN_MS, added)) return;
    hangsUntil = performance.now() + ADD_WITHIN_MS;
    throw new QueueUnavailableError('The queue does not answer.');
  }

  function consume(handler: (executionIds: string[], lane: Lane) => Promise<void>): QueueConsumer {
    const workers = LANES.map((lane) => {
      const worker = new Worker<JobData, void>(
        queueName(lane),
        (job) => handler(job.data.executionIds, lane),
        { ...options, concurrency: JOBS_AT_ONCE, runRetryDelay: RETRY_AFTER_MS },
      );
      worker.on('error', (error) => {
        reportError(error);
        restAfterTrouble(worker);
      });
      return worker;
    });
    return { close: () => orGiveUp(Promise.all(workers.map((worker) => worker.close()))) };
  }

  async function depths(): Promise<Record<Lane, number>> {
    if (!isUp()) throw new QueueUnavailableError('The queue can not be reached.');
    const depth = { messages: 0, comments: 0, other: 0 };
    for (const [lane, queue] of queues) depth[lane] = await queue.getWaitingCount();
    return depth;
  }

  return {
    add,
    consume,
    isUp: isUsable,
    depths,
    close: async () => {
      await orGiveUp(adding.idle());
      await orGiveUp(Promise.all([...queues.values()].map((queue) => queue.close())));
      await release();
    },
  };
}

/**
 * After an error that it does not know as a broken connection (a socket file that is gone, a client that is not queryable)
 * a worker of BullMQ asks again at once: such errors come without a turn of the event loop, and nothing else in the process
 * would ever happen again.
 */
function restAfterTrouble(worker: Pick<Worker, 'isPaused' | 'pause' | 'resume'>): void {
  if (worker.isPaused()) return;
  void worker.pause(true);
  setTimeout(() => void worker.resume(), RETRY_AFTER_MS).unref();
}

/** Waits for a part to close, but not for a queue that can't be reached. */
async function orGiveUp(closing: Promise<unknown>): Promise<void> {
  await isDoneWithin(
    CLOSE_WITHIN_MS,
    closing.catch(() => {}),
  );
}

/** False when it takes longer; what it comes to then is nobody's concern any more. */
async function isDoneWithin(ms: number, action: Promise<unknown>): Promise<boolean> {
  const timeout = Promise.withResolvers<false>();
  const timer = setTimeout(timeout.resolve, ms, false);
  try {
    return await Promise.race([action.then(() => true), timeout.promise]);
  } finally {
    clearTimeout(timer);
    action.catch(() => {});
  }
}

function chunk<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
