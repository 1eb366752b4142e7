import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema.ts';

/** Drizzle over a pool; `pool` for hand-written SQL on hot paths. */
export type Database = NodePgDatabase<typeof schema> & { $client: pg.Pool };

export type DatabaseConnection = { db: Database; pool: pg.Pool; close(): Promise<void> };

/**
 * Opens a pool of connections.
 * @param url `postgres://…`, or a pg config for the embedded server's socket
 * @param poolSize most connections at once
 */
export function connectDatabase(url: string, poolSize = 20): DatabaseConnection {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: 'replygraph' });
  // A dropped idle connection is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const db = drizzle(pool, { schema });
  return { db, pool, close: () => pool.end() };
}
