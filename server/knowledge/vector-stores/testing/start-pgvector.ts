import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { migrateDatabase } from '../../../database/migrate.ts';

/** Connections that PGlite's server takes turns with: a transaction has the database for itself until it ends. */
const MOST_CONNECTIONS = 8;

/** A migrated database that has pgvector; the extension is not created yet. */
export type PgvectorDatabase = {
  /** One connection: whoever takes a second one while holding the first would wait for ever. */
  pool: pg.Pool;
  url: string;
  /** Another process's connections to the same database. */
  connect(): pg.Pool;
  close(): Promise<void>;
};

/**
 * The database of PGVECTOR_TEST_URL where set, else a PostgreSQL of its own: PGlite, which is PostgreSQL and pgvector
 * compiled to WebAssembly, spoken to over the same protocol. It has one session for all connections, so locks that processes
 * take against each other are only seen to be free of dead-locks; the named server shows them waiting.
 */
export async function startPgvector(): Promise<PgvectorDatabase> {
  const named = process.env.PGVECTOR_TEST_URL;
  const server = named ? { url: named, stop: async () => {} } : await startPglite();
  const pools: pg.Pool[] = [];
  const connect = () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 1 });
    pools.push(pool);
    return pool;
  };
  const pool = connect();
  await migrateDatabase(pool);
  return {
    pool,
    url: server.url,
    connect,
    close: async () => {
      await Promise.all(pools.map((each) => each.ended || each.end()));
      await server.stop();
    },
  };
}

async function startPglite(): Promise<{ url: string; stop(): Promise<void> }> {
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({
    db,
    host: '127.0.0.1',
    port: 0,
    maxConnections: MOST_CONNECTIONS,
  });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres`,
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}
