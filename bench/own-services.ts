import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from '../e2e/support/free-port.ts';

/** A server that the benchmark started in a temporary folder and removes again. */
export type OwnService = { url: string; pid: number; version: string; stop(): Promise<void> };

/** The programs of a service are not installed here; the message says which and what to do. */
export class ServiceMissing extends Error {
  override readonly name = 'ServiceMissing';
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const START_WITHIN_MS = 30_000;

/**
 * A quarter of a small machine's memory as PostgreSQL's manual has it, room for many processes, and no checkpoint in the
 * middle of a short measurement. Everything else, fsync above all, is as delivered.
 */
const POSTGRES_SETTINGS = [
  'shared_buffers=1GB',
  'max_connections=300',
  'max_wal_size=8GB',
  'checkpoint_timeout=30min',
];

/**
 * A fresh PostgreSQL of this machine on a free port, as user postgres where we are root.
 * @param statements loads pg_stat_statements into it
 * @throws ServiceMissing
 */
export async function startPostgres({ statements }: { statements: boolean }): Promise<OwnService> {
  const bin = await postgresBin();
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-bench-postgres-'));
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? await giveToPostgres(folder) : {};
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const port = await freePort();
  const settings = [
    ...POSTGRES_SETTINGS,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    ...(statements
      ? ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track_planning=on']
      : []),
  ];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const child = start(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...user,
    cwd: folder,
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  // SIGINT: PostgreSQL's fast shutdown, which does not wait for clients.
  return service(child, { url, folder, signal: 'SIGINT', version: () => postgresVersion(url) });
}

/** A fresh Redis of this machine on a free port, without persistence. @throws ServiceMissing */
export async function startRedis(): Promise<OwnService> {
  if (spawnSync('redis-server', ['--version']).error) {
    throw new ServiceMissing('redis-server is not installed; install it or set REDIS_URL.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-bench-redis-'));
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = start('redis-server', flags, { cwd: folder });
  const url = `redis://127.0.0.1:${port}`;
  return service(child, { url, folder, signal: 'SIGTERM', version: () => redisVersion(url) });
}

async function postgresBin(): Promise<string> {
  const versions = existsSync(DEBIAN_VERSIONS) ? await readdir(DEBIAN_VERSIONS) : [];
  const newest = versions
    .map((version) => ({ version: Number(version), bin: join(DEBIAN_VERSIONS, version, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'postgres')))
    .toSorted((a, b) => b.version - a.version)[0];
  if (newest) return newest.bin;
  throw new ServiceMissing(
    `No PostgreSQL server in ${DEBIAN_VERSIONS}/*/bin; install the package postgresql or set DATABASE_URL.`,
  );
}

/** PostgreSQL refuses to run as root. */
async function giveToPostgres(folder: string): Promise<{ uid: number; gid: number }> {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const user = { uid: idOf('-u'), gid: idOf('-g') };
  await chmod(folder, 0o755);
  await chown(folder, user.uid, user.gid);
  return user;
}

function start(program: string, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'ignore'] });
}

async function service(
  child: ChildProcess,
  {
    url,
    folder,
    signal,
    version,
  }: { url: string; folder: string; signal: NodeJS.Signals; version: () => Promise<string> },
): Promise<OwnService> {
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url, pid: child.pid ?? 0, version: await untilAnswered(child, version), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilAnswered(child: ChildProcess, version: () => Promise<string>): Promise<string> {
  const giveUpAt = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      return await version();
    } catch (error) {
      if (child.exitCode !== null || Date.now() > giveUpAt) throw error;
      await delay(50);
    }
  }
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  // Refused while the server starts; without a listener a second event of that would end us.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  await client.end();
  return rows[0]?.version ?? 'unknown';
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}
