import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** One step of the schema that this program knows. */
export type Migration = {
  tag: string;
  /** Its time in the journal, milliseconds; what drizzle compares. */
  at: number;
  hash: string;
  statements: string[];
  /** The tables of ours once it has run. */
  tables: string[];
};

/** The newest migration of a database, as drizzle noted it. */
export type AppliedMigration = { at: number; hash: string };

const journalSchema = z.object({ entries: z.array(z.object({ idx: z.number(), tag: z.string() })) });
const snapshotSchema = z.object({ tables: z.record(z.string(), z.object({ name: z.string() })) });

/** All migrations, oldest first, with the tables that the schema then has (drizzle-kit keeps a picture of each). */
export function listMigrations(): Migration[] {
  const { entries } = journalSchema.parse(readJson('meta/_journal.json'));
  const files = readMigrationFiles({ migrationsFolder: FOLDER });
  return files.map(({ sql, hash, folderMillis }, index) => {
    const entry = entries[index];
    if (!entry) throw new Error('The journal of the migrations is damaged. Install this version again.');
    const picture = `meta/${String(entry.idx).padStart(4, '0')}_snapshot.json`;
    const { tables } = snapshotSchema.parse(readJson(picture));
    const names = Object.values(tables).map(({ name }) => name);
    return { tag: entry.tag, at: folderMillis, hash, statements: sql, tables: names };
  });
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(`${FOLDER}/${path}`, 'utf8'));
}

/** The newest migration that ran on this database; undefined on one that never had any. */
export async function readApplied(client: pg.ClientBase): Promise<AppliedMigration | undefined> {
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('drizzle.__drizzle_migrations')::text as name`,
  );
  if (!tables[0]?.name) return undefined;
  const { rows } = await client.query<{ created_at: string; hash: string }>(
    'select created_at, hash from drizzle.__drizzle_migrations order by created_at desc limit 1',
  );
  const [row] = rows;
  return row && { at: Number(row.created_at), hash: row.hash };
}

export type Place = { state: 'none' } | { state: 'known'; index: number } | { state: 'newer' | 'unknown' };

/** Where a database, or a backup, stands among the migrations that this program knows. */
export function placeOf(applied: AppliedMigration | undefined, migrations: Migration[]): Place {
  if (!applied) return { state: 'none' };
  const index = migrations.findIndex(({ at, hash }) => at === applied.at && hash === applied.hash);
  if (index >= 0) return { state: 'known', index };
  return { state: applied.at > (migrations.at(-1)?.at ?? 0) ? 'newer' : 'unknown' };
}

/** Makes the table in which drizzle notes what ran, as drizzle does, and keeps other processes from migrating. */
export async function lockMigrations(client: pg.ClientBase): Promise<void> {
  await client.query('create schema if not exists drizzle');
  await client.query(`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`);
  await client.query('lock table drizzle.__drizzle_migrations in access exclusive mode');
}

/**
 * Runs migrations inside the transaction of the caller. Drizzle's own `migrate` begins and commits one itself, which
 * would end ours.
 */
export async function applyMigrations(client: pg.ClientBase, migrations: Migration[]): Promise<void> {
  for (const { statements, hash, at } of migrations) {
    for (const statement of statements) await client.query(statement);
    await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      at,
    ]);
  }
}
