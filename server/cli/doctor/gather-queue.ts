import { Redis } from 'ioredis';
import type pg from 'pg';
import { QUEUE_SCHEMA } from '../../queue/queue-pool.ts';
import { redisPrefix } from '../../queue/redis-prefix.ts';
import type { QueueFacts } from './judge-queue.ts';

const TIMEOUT_MS = 5_000;

/**
 * @param database ours; undefined where it can't be used
 * @param redisUrl undefined where the queue is on PostgreSQL
 */
export async function gatherQueue(
  database: { client: pg.Client; url: string } | undefined,
  redisUrl: string | undefined,
): Promise<QueueFacts> {
  if (redisUrl) return gatherRedis(redisUrl, database);
  return database ? gatherPostgres(database.client) : { kind: 'unknown', reason: 'it is in the database' };
}

async function gatherPostgres(client: pg.Client): Promise<QueueFacts> {
  const { rows } = await client.query<{ name: string | null }>(
    `select to_regclass('${QUEUE_SCHEMA}.job')::text as name`,
  );
  if (!rows[0]?.name) return { kind: 'postgresql', hasSchema: false, waitingJobs: 0 };
  const { rows: jobs } = await client.query<{ count: number }>(
    `select count(*)::int as count from ${QUEUE_SCHEMA}.job where state = 'waiting'`,
  );
  return { kind: 'postgresql', hasSchema: true, waitingJobs: jobs[0]?.count ?? 0 };
}

async function gatherRedis(url: string, database: { client: pg.Client } | undefined): Promise<QueueFacts> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason = 'no answer';
  redis.on('error', (error) => {
    reason = error.message;
  });
  try {
    await redis.connect();
    const info = parseInfo(await redis.info());
    return {
      kind: 'redis',
      isReachable: true,
      version: info.get('redis_version') ?? '0',
      maxMemoryPolicy: info.get('maxmemory_policy') ?? 'noeviction',
      usedBytes: Number(info.get('used_memory') ?? 0),
      maxBytes: Number(info.get('maxmemory') ?? 0),
      isPersistent:
        info.get('aof_enabled') === '1' || Number(info.get('rdb_last_save_time') ?? 0) > startOf(info),
      waitingJobs: database ? await countWaiting(redis, await redisPrefix(database.client)) : 0,
    };
  } catch (error) {
    const own = error instanceof Error ? error.message : String(error);
    return { kind: 'redis', isReachable: false, reason: /closed/.test(own) ? reason : own };
  } finally {
    redis.disconnect();
  }
}

/** `name:value` lines; Redis says when it was started only as its age. */
export function parseInfo(text: string): Map<string, string> {
  const pairs = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** A Redis that never saved says that it did so when it was started. */
function startOf(info: Map<string, string>): number {
  return Math.floor(Date.now() / 1_000) - Number(info.get('uptime_in_seconds') ?? 0) + 1;
}

/** In all queues of ours: BullMQ keeps those that wait in a list and those with a priority in a sorted set. */
async function countWaiting(redis: Redis, prefix: string): Promise<number> {
  let count = 0;
  for await (const keys of redis.scanStream({ match: `${prefix}:*:wait`, count: 1_000 })) {
    for (const key of keys) count += await redis.llen(key);
  }
  for await (const keys of redis.scanStream({ match: `${prefix}:*:prioritized`, count: 1_000 })) {
    for (const key of keys) count += await redis.zcard(key);
  }
  return count;
}
