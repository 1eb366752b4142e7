import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from './free-port.ts';
import type { Program } from './program.ts';
import { startProgram } from './program.ts';
import { waitUntil } from './wait-until.ts';

/** A server of the test's own, on a port that stays the same over restarts. */
export type Service = {
  url: string;
  /** Starts it again, on the same port and data; nothing where it runs. */
  start(): Promise<void>;
  /** As an operator does: it says goodbye. */
  stop(): Promise<void>;
  /** `kill -9` of it and its children. */
  kill(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends it and deletes its data. */
  remove(): Promise<void>;
};

export type PostgresService = Service & {
  /** Without a last checkpoint: the next start recovers. */
  stopImmediately(): Promise<void>;
  /** Ends every connection but the asking one; answers how many there were. */
  cutConnections(): Promise<number>;
};

export type RedisService = Service & {
  /** Forgets everything, as an operator's FLUSHALL does. */
  flush(): Promise<void>;
  /** From then on writes are refused while it holds more than this; 0 = no limit. */
  limitMemory(bytes: number): Promise<void>;
};

const CONNECT_WITHIN_MS = 30_000;

const run = promisify(execFile);

const REDIS = '/usr/bin/redis-server';
const POSTGRES = '/usr/lib/postgresql';

/** The oldest PostgreSQL that is installed; null where none is. */
function postgresFolder(): string | null {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).map(Number).filter(Boolean) : [];
  const [oldest] = versions.sort((a, b) => a - b);
  const folder = `${POSTGRES}/${oldest}/bin`;
  return existsSync(`${folder}/postgres`) ? folder : null;
}

/** What a service needs that this machine does not have, in words; null where it can be started. */
export const missing = {
  postgres: () => (postgresFolder() === null ? `PostgreSQL in ${POSTGRES}` : null),
  redis: () => (existsSync(REDIS) ? null : REDIS),
} as const;

/** Settings that a managed PostgreSQL has too; several processes with their pools take part in a test. */
const POSTGRES_SETTINGS = ['max_connections=300', 'listen_addresses=127.0.0.1', 'log_min_messages=fatal'];

/** PostgreSQL with an empty cluster in a temporary folder; its superuser needs no password. */
export async function startPostgres(): Promise<PostgresService> {
  const bin = postgresFolder();
  if (!bin) throw new Error('PostgreSQL is not installed.');
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-postgres-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  // PostgreSQL refuses to run as root.
  const asPostgres =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  if (asPostgres.length > 0) await run('chown', ['postgres', folder]);
  await chmod(folder, 0o755);
  const command = (program: string, ...args: string[]) => {
    const [file = '', ...rest] = [...asPostgres, join(bin, program), ...args];
    return { file, args: rest };
  };
  const initdb = command('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync');
  await run(initdb.file, initdb.args, { cwd: '/' });
  const settings = [...POSTGRES_SETTINGS, `port=${port}`, `unix_socket_directories=${folder}`];
  const program = await startProgram({
    name: 'PostgreSQL',
    ...command('postgres', '-D', data, ...settings.flatMap((setting) => ['-c', setting])),
    logFile: join(folder, 'log'),
    isReady: () => ask(url, 'select 1').then(() => true),
  });
  return {
    url,
    ...lifeOf(program, 'SIGINT'),
    stopImmediately: () => program.end('SIGQUIT'),
    cutConnections: async () => {
      const others = `select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`;
      const [row] = await ask<{ count: number }>(url, others);
      return row?.count ?? 0;
    },
    remove: async () => {
      await program.end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Redis that keeps nothing on disk: whatever ends it makes it forget. */
export async function startRedis(): Promise<RedisService> {
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const program = await startProgram({
    name: 'Redis',
    file: REDIS,
    args: [...settings, '--maxmemory-policy', 'noeviction', '--dir', folder],
    logFile: join(folder, 'log'),
    isReady: () => withRedis(url, (redis) => redis.ping()).then((answer) => answer === 'PONG'),
  });
  return {
    url,
    ...lifeOf(program, 'SIGTERM'),
    flush: async () => {
      await withRedis(url, (redis) => redis.flushall());
    },
    limitMemory: async (bytes) => {
      await withRedis(url, (redis) => redis.config('SET', 'maxmemory', `${bytes}`));
    },
    remove: async () => {
      await program.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function lifeOf(program: Program, cleanly: NodeJS.Signals) {
  const { start, kill, freeze, thaw } = program;
  return { start, kill, freeze, thaw, stop: () => program.end(cleanly) };
}

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** @throws Error at once where Redis is not there */
async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = await waitUntil('a connection to Redis', () => connectRedis(url), CONNECT_WITHIN_MS);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

/** On a busy machine a connection may break before it stands. */
async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
