import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { z } from 'zod';
import type { Check } from './shared-check.ts';

/** Drizzle's list of this version's migrations, in the order in which they are applied. */
const JOURNAL = new URL('../../migrations/meta/_journal.json', import.meta.url);
const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

/** Whether the database answers. */
export const databaseCheck =
  (pool: pg.Pool): Check =>
  () =>
    pool.query('select 1');

/**
 * Whether the database has all migrations of this version. Those of a newer version are no harm: during a rolling update
 * the old processes go on beside it.
 */
export function migrationsCheck(pool: pg.Pool): Check {
  let newest: Promise<number> | undefined;
  return async () => {
    newest ??= newestMigration();
    const [applied, wanted] = await Promise.all([
      pool.query<{ newest: string | null }>(
        'select max(created_at) as newest from drizzle.__drizzle_migrations',
      ),
      newest,
    ]);
    if (Number(applied.rows[0]?.newest ?? 0) < wanted) throw new Error('Migrations are missing.');
  };
}

async function newestMigration(): Promise<number> {
  const { entries } = journalSchema.parse(JSON.parse(await readFile(JOURNAL, 'utf8')));
  return Math.max(0, ...entries.map(({ when }) => when));
}
