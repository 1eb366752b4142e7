import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../contract/live.ts';
import { createLog } from '../log.ts';
import { openQueue } from '../queue/open-queue.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { LocalLive } from './live.ts';
import { createLive } from './live.ts';
import { openLiveRelay } from './live-relay.ts';
import type { OwnRedis } from './testing/own-redis.ts';
import { ownRedis, redisMissing } from './testing/own-redis.ts';

const log = createLog('silent');
const WITHIN = { timeout: 40_000, interval: 20 };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let redis: OwnRedis | null = null;
let running: { live: LocalLive; close(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  // Makes BullMQ's tables, as the start of a process does.
  await (await openQueue({ config: {}, pool, log } as Parameters<typeof openQueue>[0])).close();
});
afterEach(async () => {
  await Promise.all(running.map(({ close }) => close()));
  running = [];
  await redis?.remove();
  redis = null;
});
afterAll(() => database.close());

async function startProcess(role: 'server' | 'worker'): Promise<LocalLive> {
  const live = createLive();
  const config = { ROLE: role, REDIS_URL: redis?.url };
  const relay = await openLiveRelay({ config, pool, live, log });
  running.push({ live, close: relay.close });
  return live;
}

/** As a client of `/ws` does it. */
async function watch(live: LocalLive, workspaceId: string) {
  const received: number[] = [];
  /** The last event published before it was last said that some are missing. */
  let missingUpTo = 0;
  await live.reach(workspaceId);
  live.subscribe(workspaceId, 'workspace', {
    onEvent: ({ seq }) => received.push(seq),
    onGap: () => {
      missingUpTo = lastPublished;
    },
  });
  const isAccountedFor = (number: number) => received.includes(number) || number <= missingUpTo;
  return {
    received,
    /** Every one of these came in, or was said to be missing after it was published. */
    untilAccountedFor: (numbers: number[]) =>
      vi.waitFor(() => expect(numbers.filter((number) => !isAccountedFor(number))).toEqual([]), WITHIN),
  };
}

let lastPublished = 0;
function publish(live: LocalLive, workspaceId: string): number {
  lastPublished += 1;
  const event: Omit<LiveEvent, 'topic'> = {
    type: 'execution.queued',
    seq: lastPublished,
    at: new Date().toISOString(),
    data: null,
  };
  live.publish(workspaceId, [event]);
  return lastPublished;
}

/** Publishes again and again until the watcher gets one: events flow. */
function untilFlowing(from: LocalLive, workspaceId: string, received: number[]): Promise<void> {
  const begin = lastPublished;
  return vi.waitFor(
    () => {
      publish(from, workspaceId);
      expect(received.some((number) => number > begin)).toBe(true);
    },
    { ...WITHIN, interval: 100 },
  );
}

type Backend = { prepare(): Promise<void>; breakIt(): Promise<void>; forget(): Promise<void> };

async function cutConnections(): Promise<void> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and query ilike '%relay%'`,
  );
  expect(rowCount).toBeGreaterThan(0);
}

const BACKENDS: Record<'PostgreSQL' | 'Redis', Backend> = {
  PostgreSQL: {
    prepare: async () => {
      redis = null;
    },
    breakIt: cutConnections,
    forget: async () => void (await pool.query('delete from bullmq.relay_node')),
  },
  Redis: {
    prepare: async () => {
      redis = await ownRedis();
      await redis.start();
    },
    breakIt: async () => {
      await redis?.kill();
      await redis?.start();
    },
    forget: async () => void (await redis?.command('FLUSHALL')),
  },
};

const missing = redisMissing();

describe.each(['PostgreSQL', 'Redis'] as const)('live events over the relay on %s', (name) => {
  const backend = BACKENDS[name];
  const test = name === 'Redis' && missing ? it.skip : it;

  test('reach the workspace that they are of at every process, in order, and no other', async () => {
    await backend.prepare();
    const [one, other, worker] = [
      await startProcess('server'),
      await startProcess('server'),
      await startProcess('worker'),
    ];
    const clients = [await watch(one, 'a'), await watch(other, 'a')];
    const stranger = await watch(other, 'b');
    await untilFlowing(worker, 'a', clients[0]!.received);
    await untilFlowing(worker, 'a', clients[1]!.received);
    const numbers = Array.from({ length: 200 }, () => publish(worker, 'a'));
    const foreign = publish(worker, 'b');
    for (const { received } of clients) {
      await vi.waitFor(() => expect(received.slice(-200)).toEqual(numbers), WITHIN);
    }
    await vi.waitFor(() => expect(stranger.received).toContain(foreign), WITHIN);
    expect(stranger.received.every((number) => number === foreign)).toBe(true);
    for (const { received } of clients) expect(received).not.toContain(foreign);
  });

  test('that fall into a broken connection come in or are said to be missing, and then they flow again', async () => {
    await backend.prepare();
    const [server, worker] = [await startProcess('server'), await startProcess('worker')];
    const client = await watch(server, 'a');
    await untilFlowing(worker, 'a', client.received);
    const before = Array.from({ length: 20 }, () => publish(worker, 'a'));
    const breaking = backend.breakIt();
    const during = Array.from({ length: 20 }, () => publish(worker, 'a'));
    await breaking;
    const after = Array.from({ length: 20 }, () => publish(worker, 'a'));
    await client.untilAccountedFor([...before, ...during, ...after]);
    await untilFlowing(worker, 'a', client.received);
  });

  test('go on when everything the relay knew is gone', async () => {
    await backend.prepare();
    const [server, worker] = [await startProcess('server'), await startProcess('worker')];
    const client = await watch(server, 'a');
    await untilFlowing(worker, 'a', client.received);
    await backend.forget();
    const lost = Array.from({ length: 20 }, () => publish(worker, 'a'));
    await client.untilAccountedFor(lost);
    await untilFlowing(worker, 'a', client.received);
  });
});

describe.skipIf(missing !== null)('a process whose Redis', () => {
  it('is not there starts, keeps publishing in bounded memory, connects later and stops', async () => {
    redis = await ownRedis();
    const [server, worker] = [await startProcess('server'), await startProcess('worker')];
    const client = await watch(server, 'a');
    const early = Array.from({ length: 50 }, () => publish(worker, 'a'));
    expect(client.received).toEqual([]);
    await redis.start();
    await client.untilAccountedFor(early);
    await untilFlowing(worker, 'a', client.received);
    await redis.kill();
  });

  it('came back without its subscriptions, as from an old snapshot, connects anew', async () => {
    redis = await ownRedis();
    await redis.start();
    const [server, worker] = [await startProcess('server'), await startProcess('worker')];
    const client = await watch(server, 'a');
    await untilFlowing(worker, 'a', client.received);
    const keys = (await redis.command('KEYS', '*relay*:subs')) as string[];
    expect(keys).toHaveLength(1);
    await redis.command('DEL', ...keys);
    const lost = Array.from({ length: 20 }, () => publish(worker, 'a'));
    await client.untilAccountedFor(lost);
    await untilFlowing(worker, 'a', client.received);
  }, 90_000);
});
