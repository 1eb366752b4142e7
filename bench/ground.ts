import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { Shape } from './options.ts';
import type { OwnService } from './own-services.ts';
import { startPostgres, startRedis } from './own-services.ts';

/** What an installation stands on: a folder, a database of its own and, scaled out, a Redis. */
export type Ground = {
  shape: Shape;
  /** For every process of the installation. */
  environment: Record<string, string>;
  /** Known once the first process runs, as the embedded database starts with it. */
  databaseUrl(): Promise<string>;
  /** PostgreSQL's main process where it is ours and not embedded: whose CPU is the database's. */
  databasePid: number | null;
  redisUrl: string | null;
  remove(): Promise<void>;
};

/** The PostgreSQL and Redis that the shapes need: those of DATABASE_URL and REDIS_URL, else our own. */
export type Services = {
  postgres: { url: string; pid: number | null; version: string | null } | null;
  redis: { url: string; version: string | null } | null;
  stop(): Promise<void>;
};

/** @throws ServiceMissing naming what is not installed */
export async function openServices(
  shape: Shape,
  environment: Record<string, string | undefined>,
  options: { statements: boolean },
): Promise<Services> {
  const own: OwnService[] = [];
  const stop = async () => {
    for (const service of own.splice(0)) await service.stop();
  };
  const given = (url: string) => ({ url, pid: null, version: null });
  const started = async (service: Promise<OwnService>) => {
    own.push(await service);
    return service;
  };
  try {
    const { DATABASE_URL, REDIS_URL } = environment;
    const postgres =
      shape === 'embedded'
        ? null
        : DATABASE_URL
          ? given(DATABASE_URL)
          : await started(startPostgres(options));
    const redis = shape !== 'scaled' ? null : REDIS_URL ? given(REDIS_URL) : await started(startRedis());
    return { postgres, redis, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** New ground for one installation: an empty folder and, unless embedded, an empty database. */
export async function breakGround(shape: Shape, { postgres, redis }: Services): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'replygraph-bench-'));
  const database = postgres && (await createDatabase(postgres.url));
  return {
    shape,
    environment: { DATA_DIR: dataDir, DATABASE_URL: database?.url ?? '', REDIS_URL: redis?.url ?? '' },
    databaseUrl: async () => database?.url ?? (await embeddedUrl(dataDir)),
    databasePid: postgres?.pid ?? null,
    redisUrl: redis?.url ?? null,
    remove: async () => {
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `replygraph_bench_${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await withClient(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const passwordsSchema = z.object({ postgres: z.string() });

/** The database that runs in a data folder: its address stands in `postmaster.pid` (lines 4 to 6). */
async function embeddedUrl(dataDir: string): Promise<string> {
  const passwords = await readFile(join(dataDir, 'postgres-passwords.json'), 'utf8');
  const { postgres: password } = passwordsSchema.parse(JSON.parse(passwords));
  const lines = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const host = encodeURIComponent(lines[4] || lines[5] || '127.0.0.1');
  return `postgres://postgres:${password}@${host}:${lines[3]}/replygraph`;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
