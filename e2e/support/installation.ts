import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type pg from 'pg';
import { describe } from 'vitest';
import { z } from 'zod';
import { findLiveServer } from '../../server/database/embedded/server-process.ts';
import { connect, countRows, createDatabase, embeddedUrl, withClient } from './database.ts';
import { killFamily } from './program.ts';
import type { Replygraph, ReplygraphOptions } from './replygraph.ts';
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

/** One Replygraph, of one process or more. */
export type Installation = {
  url: string;
  shape: Shape;
  /** Servers first. */
  processes: Replygraph[];
  /** Those that take webhooks. */
  servers: Replygraph[];
  /** Those that run flows and do nothing else. */
  workers: Replygraph[];
  /** `kill -9` of every process. */
  kill(): Promise<void>;
  /** SIGTERM to every process; answers their exit codes. */
  stop(): Promise<(number | null)[]>;
  start(): Promise<void>;
  /** One more process, e.g. a worker that comes to help. */
  add(plan: ProcessPlan): Promise<Replygraph>;
  /** `kill -9` of the embedded database and all its processes; Replygraph itself lives on. */
  killDatabase(): Promise<void>;
  /** Rows of the given tables together, straight from the database. */
  countRows(tables: string[]): Promise<number>;
  /** Asks the database, past the API: for what must be true there. */
  query<T extends z.ZodType>(row: T, sql: string, values?: unknown[]): Promise<z.output<T>[]>;
  /** A connection as superuser, for a test that holds a lock. End it. */
  connect(): Promise<pg.Client>;
  databaseUrl(): Promise<string>;
  remove(): Promise<void>;
};

export type ProcessPlan = {
  role: 'all' | 'server' | 'worker';
  /** Only for this process. */
  environment?: Record<string, string>;
};

export type InstallationOptions = {
  /** Default: the servers of TEST_DATABASE_URL and TEST_REDIS_URL. */
  services?: { databaseUrl: string; redisUrl?: string };
  /** Default: one that does all; `scaled`: a server and a worker. The first must take webhooks. */
  processes?: ProcessPlan[];
} & Pick<ReplygraphOptions, 'dataDir' | 'until'>;

const DEFAULT_PROCESSES: Record<Shape, ProcessPlan[]> = {
  embedded: [{ role: 'all' }],
  postgresql: [{ role: 'all' }],
  scaled: [{ role: 'server' }, { role: 'worker' }],
};

/**
 * Runs the suite on every shape. A shape whose services are missing is skipped, with the reason in its title; with
 * REQUIRE_SERVICES=1 it fails.
 */
export function describeShapes(title: string, suite: (shape: Shape) => void): void {
  for (const shape of ['embedded', 'postgresql', 'scaled'] as const) {
    const missing = NEEDS[shape].filter((name) => !process.env[name]);
    const reason = missing.length > 0 ? `${shape} needs ${missing.join(' and ')}` : null;
    describeWhere(`${title} (${shape})`, reason, () => suite(shape));
  }
}

/**
 * Runs the suite, or says why it can't run here.
 * @param reason what is missing; null runs the suite. With REQUIRE_SERVICES=1 it is an error.
 */
export function describeWhere(title: string, reason: string | null, suite: () => void): void {
  if (reason === null) {
    describe(title, suite);
    return;
  }
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(`REQUIRE_SERVICES=1, but ${title}: ${reason}.`);
  console.log(`Skipped: ${title}; ${reason}.`);
  describe.skip(`${title}; ${reason}`, suite);
}

/** Starts an empty installation. */
export async function startInstallation(
  shape: Shape,
  environment: Record<string, string> = {},
  options: InstallationOptions = {},
): Promise<Installation> {
  const services = servicesOf(shape, options);
  const database = services && (await createDatabase(services.databaseUrl));
  const processes: Replygraph[] = [];
  const servers: Replygraph[] = [];
  const workers: Replygraph[] = [];
  const shared = {
    META_APP_SECRET: APP_SECRET,
    // Loads here are larger than what Instagram takes of one account.
    INSTAGRAM_RATE_LIMITS: 'off',
    META_VERIFY_TOKEN: VERIFY_TOKEN,
    ...(database && variablesFor(database.url, services.redisUrl)),
    ...environment,
  };
  const startProcess = ({ role, environment: own }: ProcessPlan): Promise<Replygraph> => {
    const [first] = processes;
    const variables = {
      ...shared,
      ...(database && { ROLE: role }),
      ...(first && { PUBLIC_URL: first.url }),
      ...own,
    };
    const { dataDir, until } = options;
    return startReplygraph(variables, {
      arguments: ['--without-editor'],
      ...(dataDir && { dataDir }),
      ...(until && { until }),
    });
  };
  const add = async (plan: ProcessPlan): Promise<Replygraph> => {
    const process = await startProcess(plan);
    // Servers first.
    if (plan.role === 'worker') processes.push(process);
    else processes.splice(servers.length, 0, process);
    (plan.role === 'worker' ? workers : servers).push(process);
    return process;
  };
  const removeAll = async () => {
    await Promise.all(processes.map((process) => process.remove()));
    await database?.drop();
  };
  try {
    const [first, ...others] = options.processes ?? DEFAULT_PROCESSES[shape];
    if (first) await add(first);
    // The first has made the tables by now.
    await allOf(others.map(add));
  } catch (error) {
    await removeAll();
    throw error;
  }
  const [server] = servers;
  if (!server) throw new Error('No process takes webhooks.');
  const databaseUrl = async () => database?.url ?? (await embeddedUrl(server.dataDir));
  return {
    url: server.url,
    shape,
    processes,
    servers,
    workers,
    kill: async () => {
      await Promise.all(processes.map((process) => process.kill()));
    },
    stop: () => Promise.all(processes.map((process) => process.stop())),
    start: async () => {
      for (const process of processes) await process.restart();
    },
    add,
    killDatabase: async () => {
      const live = await findLiveServer(join(server.dataDir, 'postgres'));
      if (live) await killFamily(live.pid);
    },
    countRows: async (tables) => countRows(await databaseUrl(), tables),
    query: async (row, sql, values = []) => {
      const { rows } = await withClient(await databaseUrl(), (client) => client.query(sql, values));
      return z.array(row).parse(rows);
    },
    connect: async () => connect(await databaseUrl()),
    databaseUrl,
    remove: removeAll,
  };
}

/** Waits for all, also where one fails: what the others started has to be known to be removed. */
async function allOf(parts: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(parts);
  await Promise.all(parts);
}

function servicesOf(shape: Shape, options: InstallationOptions): InstallationOptions['services'] | null {
  if (shape === 'embedded') return null;
  const { TEST_DATABASE_URL: databaseUrl = '', TEST_REDIS_URL: redisUrl = '' } = process.env;
  const { services = { databaseUrl, redisUrl } } = options;
  return shape === 'scaled' ? services : { databaseUrl: services.databaseUrl };
}

function variablesFor(databaseUrl: string, redisUrl: string | undefined): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    APP_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    ...(redisUrl && { REDIS_URL: redisUrl }),
  };
}
