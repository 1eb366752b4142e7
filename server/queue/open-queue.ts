import type { ConnectionOptions, PgPool } from 'bullmq';
import { createPostgresBackend, createRedisBackend, runMigrations } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Config } from '../config.ts';
import { LANES } from '../executions/lanes.ts';
import type { Logger } from '../log.ts';
import { createBullmqQueue } from './bullmq-queue.ts';
import type { ExecutionQueue } from './execution-queue.ts';
import { openQueuePool, QUEUE_SCHEMA } from './queue-pool.ts';
import { redisPrefix } from './redis-prefix.ts';

/** One connection for each lane listens for new jobs; the others add, take and finish them, which are short statements. */
const CONNECTIONS = LANES.length + 3;

/**
 * The queue of this process: on Redis where REDIS_URL is set, else on PostgreSQL.
 * @param pool tells where the database is; the queue opens connections of its own
 */
export function openQueue(deps: {
  config: Pick<Config, 'REDIS_URL'>;
  pool: pg.Pool;
  log: Logger;
}): Promise<ExecutionQueue> {
  const { config, pool, log } = deps;
  return config.REDIS_URL ? openRedisQueue(config.REDIS_URL, pool, log) : openPostgresQueue(pool, log);
}

async function openRedisQueue(url: string, pool: pg.Pool, log: Logger): Promise<ExecutionQueue> {
  // BullMQ needs commands that wait for Redis to come back instead of failing after some tries.
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', (error) => log.warn({ err: error }, 'Redis has trouble; it is tried again'));
  return createBullmqQueue<ConnectionOptions>({
    connection: redis,
    backend: createRedisBackend,
    prefix: await redisPrefix(pool),
    log,
    isUp: () => redis.status === 'ready',
    release: async () => redis.disconnect(),
  });
}

async function openPostgresQueue(pool: pg.Pool, log: Logger): Promise<ExecutionQueue> {
  const connections = openQueuePool(pool, CONNECTIONS);
  const client = await connections.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    client.release();
  }
  return createBullmqQueue<PgPool>({
    connection: connections,
    backend: createPostgresBackend,
    log,
    // Where this database can't be reached, nothing else works either; its errors say so.
    isUp: () => true,
    release: () => connections.end(),
  });
}
