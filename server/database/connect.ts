import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { openPool } from './open-pool.ts';
import { HOT_CONNECTIONS, OTHER_CONNECTIONS } from './pool-sizes.ts';
import * as schema from './schema.ts';

/** Drizzle over a pool. */
export type Database = NodePgDatabase<typeof schema> & { $client: pg.Pool };

export type DatabaseConnection = {
  db: Database;
  /** For pages, reports and jobs. */
  pool: pg.Pool;
  /** For webhooks and executions: statements that find few rows by key. */
  hotPool: pg.Pool;
  close(): Promise<void>;
};

/**
 * A new connection costs a process of PostgreSQL and the plans of all statements, together some 50 ms of work. Shorter, and
 * the first webhooks after a pause pay for it; longer, and a burst's connections stay for nothing.
 */
const HOT_CONNECTION_IDLE_MS = 10 * 60_000;

/** Jobs that come every minute find the connections of the last time. */
const OTHER_CONNECTION_IDLE_MS = 2 * 60_000;

/**
 * How PostgreSQL plans on the hot path: each statement once for each connection, and by index, however young the tables and
 * their statistics are. Left to itself it plans most calls anew, which costs as much as running them, and a plan that it
 * made for a table of ten rows reads all of ten thousand. Plain index scans also mark the entries of what has ended, which
 * the indexes over what is open are full of, so that the next scan skips them.
 *
 * A plan stays until the table is analyzed, so it has to be good for every size: a lookup that is prepared here may find only
 * one index that begins with its columns (server/executions/reads-few-rows.test.ts).
 */
const BY_INDEX = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_bitmapscan = off;
  set jit = off`;

/**
 * Opens the pools of a process.
 * @param url `postgres://…`, or a pg config for the embedded server's socket
 */
export function connectDatabase(url: string): DatabaseConnection {
  const pool = openPool({
    connectionString: url,
    max: OTHER_CONNECTIONS,
    idleTimeoutMillis: OTHER_CONNECTION_IDLE_MS,
  });
  const hotPool = openPool({
    connectionString: url,
    max: HOT_CONNECTIONS,
    idleTimeoutMillis: HOT_CONNECTION_IDLE_MS,
    // Waited for before the connection is used.
    onConnect: (client) => client.query(BY_INDEX),
  });
  return {
    db: drizzle(pool, { schema }),
    pool,
    hotPool,
    close: async () => {
      await Promise.all([pool.end(), hotPool.end()]);
    },
  };
}

/** The base of the options of another pool or client that is to reach the same database. */
export const sameDatabase = ({ options }: pg.Pool): pg.PoolConfig => ({
  ...(options.connectionString !== undefined && { connectionString: options.connectionString }),
});
