import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

const GIVE_UP_MS = 20_000;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Drops a database with whoever is connected to it. Autovacuum works in the name of a superuser, whom we may not end: while
 * it looks after the database, PostgreSQL refuses.
 */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      await client.query(`drop database if exists ${name} with (force)`);
      return;
    } catch (error) {
      const isRefused = error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE;
      if (!isRefused || performance.now() > giveUpAt) throw error;
      await pause(100);
    }
  }
}
