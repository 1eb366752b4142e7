import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';
import { z } from 'zod';
import type { Replygraph } from './replygraph.ts';
import { startReplygraph } from './replygraph.ts';

/** The three ways to run it (DESIGN 1); `scaled` is a server and a worker process on PostgreSQL and Redis. */
export type Shape = 'embedded' | 'postgresql' | 'scaled';

const NEEDS: Record<Shape, string[]> = {
  embedded: [],
  postgresql: ['TEST_DATABASE_URL'],
  scaled: ['TEST_DATABASE_URL', 'TEST_REDIS_URL'],
};

/** Meta's app secret of every installation of the tests. */
export const APP_SECRET = 'app-secret-of-the-acceptance-tests';
export const VERIFY_TOKEN = 'verify-token-of-the-acceptance-tests';

/** One Replygraph, of one process or two. */
export type Installation = {
  url: string;
  shape: Shape;
  /** Server first. */
  processes: Replygraph[];
  /** `kill -9` of every process. */
  kill(): Promise<void>;
  /** SIGTERM to every process; answers their exit codes. */
  stop(): Promise<(number | null)[]>;
  start(): Promise<void>;
  /** Rows of the given tables together, straight from the database. */
  countRows(tables: string[]): Promise<number>;
  remove(): Promise<void>;
};

/**
 * Runs the suite on every shape. A shape whose services are missing is skipped, with the reason in its title; with
 * REQUIRE_SERVICES=1 it fails.
 */
export function describeShapes(title: string, suite: (shape: Shape) => void): void {
  for (const shape of ['embedded', 'postgresql', 'scaled'] as const) {
    const missing = NEEDS[shape].filter((name) => !process.env[name]);
    if (missing.length === 0) {
      describe(`${title} (${shape})`, () => suite(shape));
      continue;
    }
    const reason = `${shape} needs ${missing.join(' and ')}`;
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(`REQUIRE_SERVICES=1, but ${reason}.`);
    console.log(`Skipped: ${title}; ${reason}.`);
    describe.skip(`${title} (${reason})`, () => suite(shape));
  }
}

/** Starts an empty installation. */
export async function startInstallation(
  shape: Shape,
  environment: Record<string, string> = {},
): Promise<Installation> {
  const common = { META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: VERIFY_TOKEN, ...environment };
  const database = shape === 'embedded' ? null : await createDatabase();
  const options = { arguments: ['--without-editor'] };
  const processes: Replygraph[] = [];
  const removeAll = async () => {
    for (const process of processes) await process.remove();
    await database?.drop();
  };
  try {
    const shared = { ...common, ...(database && variablesFor(shape, database.url)) };
    processes.push(await startReplygraph(roleVariables(shape, 'server', shared), options));
    if (shape === 'scaled') {
      const worker = roleVariables(shape, 'worker', { ...shared, PUBLIC_URL: processes[0]?.url ?? '' });
      processes.push(await startReplygraph(worker, options));
    }
  } catch (error) {
    await removeAll();
    throw error;
  }
  const [server] = processes;
  if (!server) throw new Error('No process was started.');
  return {
    url: server.url,
    shape,
    processes,
    kill: async () => {
      await Promise.all(processes.map((process) => process.kill()));
    },
    stop: () => Promise.all(processes.map((process) => process.stop())),
    start: async () => {
      for (const process of processes) await process.restart();
    },
    countRows: async (tables) => countRows(database?.url ?? (await embeddedUrl(server.dataDir)), tables),
    remove: removeAll,
  };
}

function variablesFor(shape: Shape, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    APP_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    ...(shape === 'scaled' && { REDIS_URL: process.env.TEST_REDIS_URL ?? '' }),
  };
}

function roleVariables(shape: Shape, role: string, variables: Record<string, string>) {
  return shape === 'scaled' ? { ...variables, ROLE: role } : variables;
}

async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const adminUrl = process.env.TEST_DATABASE_URL ?? '';
  const name = `replygraph_e2e_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
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

async function countRows(url: string, tables: string[]): Promise<number> {
  const counts = tables.map((table) => `(select count(*)::int from ${pg.escapeIdentifier(table)})`);
  const { rows } = await withClient(url, (client) => client.query(`select ${counts.join(' + ')} as count`));
  return z.object({ count: z.number() }).parse(rows[0]).count;
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
