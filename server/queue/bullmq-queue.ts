import type { BackendFactory, IQueueBackend, JobsOptions } from 'bullmq';
import { withBackend } from 'bullmq';
import { createGroupCommit } from '../executions/group-commit.ts';
import type { Logger } from '../log.ts';
import type { ExecutionQueue, QueueConsumer } from './execution-queue.ts';
import { MAX_IDS_PER_JOB } from './execution-queue.ts';

const QUEUE_NAME = 'executions';

/** Jobs that a process holds at once. They are short: a job ends when its executions have been claimed. */
const JOBS_AT_ONCE = 4;

type JobData = { executionIds: string[] };

/** A job that failed is not repeated by the queue: the sweep finds what is due in the database. */
const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: 100 };

/** The execution queue on BullMQ, over whichever backend and connection is given. */
export function createBullmqQueue<Connection>({
  connection,
  backend,
  prefix,
  log,
  release,
}: {
  connection: Connection;
  backend: BackendFactory<IQueueBackend, Connection>;
  /** Keeps installations that share a Redis apart. */
  prefix?: string;
  log: Logger;
  /** Closes the connections after the queue has been closed. */
  release: () => Promise<void>;
}): ExecutionQueue {
  const reportError = (error: Error) => log.warn({ err: error }, 'The queue has trouble; it tries again');
  const { Queue, Worker } = withBackend<IQueueBackend, Connection>(backend);
  const queue = new Queue<JobData, void>(QUEUE_NAME, {
    connection,
    defaultJobOptions: JOB_OPTIONS,
    ...(prefix && { prefix }),
  });
  queue.on('error', reportError);
  const adding = createGroupCommit<string[], void>({
    maxBatch: 1_000,
    write: async (items) => {
      const jobs = chunk(items.flat(), MAX_IDS_PER_JOB).map((executionIds) => ({
        name: 'run',
        data: { executionIds },
      }));
      const [only, ...others] = jobs;
      if (only && others.length === 0) await queue.add(only.name, only.data);
      else await queue.addBulk(jobs);
      return items.map(() => undefined);
    },
  });

  function consume(handler: (executionIds: string[]) => Promise<void>): QueueConsumer {
    const worker = new Worker<JobData, void>(QUEUE_NAME, (job) => handler(job.data.executionIds), {
      connection,
      concurrency: JOBS_AT_ONCE,
      ...(prefix && { prefix }),
    });
    worker.on('error', reportError);
    return { close: () => worker.close() };
  }

  return {
    add: (executionIds) => (executionIds.length === 0 ? Promise.resolve() : adding.add(executionIds)),
    consume,
    depth: () => queue.getWaitingCount(),
    close: async () => {
      await adding.idle();
      await queue.close();
      await release();
    },
  };
}

function chunk<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
