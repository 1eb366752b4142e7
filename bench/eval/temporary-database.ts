import type pg from 'pg';
import { connectDatabase } from '../../server/database/connect.ts';
import { migrateDatabase } from '../../server/database/migrate.ts';
import { startTestServer } from '../../server/testing/test-server.ts';

/** A migrated database on a PostgreSQL of our own in a temporary folder; `remove` leaves nothing behind. */
export async function openTemporaryDatabase(): Promise<{ pool: pg.Pool; remove(): Promise<void> }> {
  const server = await startTestServer(undefined);
  // The database is a child that keeps nobody alive: without this, Node would end while we wait for its end.
  const keepAlive = setInterval(() => {}, 60_000);
  const { pool, close } = connectDatabase(server.adminUrl);
  const remove = async () => {
    await close();
    await server.stop();
    clearInterval(keepAlive);
  };
  try {
    await migrateDatabase(pool);
  } catch (error) {
    await remove();
    throw error;
  }
  return { pool, remove };
}
