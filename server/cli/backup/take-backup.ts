import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { BackupHeader, BackupSummary, SequenceState } from './backup-format.ts';
import { BackupError, FORMAT_VERSION } from './backup-format.ts';
import type { AppliedMigration, Migration } from './our-migrations.ts';
import { placeOf, readApplied } from './our-migrations.ts';
import type { Reference } from './table-order.ts';
import { orderByReferences } from './table-order.ts';
import { writeBackup } from './write-backup.ts';

/** Tells of processes, not of the installation: after a restore there are others. */
const LEFT_OUT = ['processes'];

export type BackupSource = Pick<BackupHeader, 'program' | 'shape' | 'keyCheck' | 'secrets' | 'createdAt'>;

/**
 * Writes the database as it stands at one moment (one snapshot) into a file. The processes on it go on meanwhile; only
 * a change of the schema would wait.
 * @throws BackupError, or what PostgreSQL says; the file is not there then
 */
export async function takeBackup(
  client: pg.Client,
  path: string,
  source: BackupSource,
  migrations: Migration[],
): Promise<BackupSummary> {
  await client.query('begin transaction isolation level repeatable read, read only');
  const migration = migrationOf(await readApplied(client), migrations);
  const names = migration.tables.filter((name) => !LEFT_OUT.includes(name));
  const columns = await readColumns(client, names);
  const tables = orderByReferences(names, await readReferences(client, names));
  const header: BackupHeader = {
    format: 'replygraph-backup',
    formatVersion: FORMAT_VERSION,
    ...source,
    migration: { tag: migration.tag, at: migration.at, hash: migration.hash },
    tables,
    sequences: await readSequences(client, columns),
  };
  const summary = await writeBackup(path, header, async (write) => {
    for (const table of tables) {
      const own = columns.get(table) ?? [];
      await write({ table, columns: own }, client.query(copyTo(copyStatement(table, own))));
    }
  });
  await client.query('commit');
  return summary;
}

function migrationOf(applied: AppliedMigration | undefined, migrations: Migration[]): Migration {
  const place = placeOf(applied, migrations);
  const migration = place.state === 'known' ? migrations[place.index] : undefined;
  if (migration) return migration;
  throw new BackupError(
    place.state === 'none'
      ? 'This database has no tables of Replygraph: there is nothing to back up. Check DATABASE_URL and DATA_DIR.'
      : 'The database belongs to another version of Replygraph. Back it up with the version that runs on it.',
  );
}

function copyStatement(table: string, columns: string[]): string {
  return `copy (select ${columns.map(pg.escapeIdentifier).join(', ')} from public.${pg.escapeIdentifier(table)}) to stdout`;
}

/** Columns that are written, not computed, in the order of the table. @throws BackupError where a table is missing */
async function readColumns(client: pg.Client, tables: string[]): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `select c.relname::text as "table", array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname = any($1)
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname`,
    [tables],
  );
  const columns = new Map(rows.map((row) => [row.table, row.columns]));
  const missing = tables.filter((table) => !columns.has(table));
  if (missing.length > 0) throw new BackupError(`The database has no table ${missing.join(', ')}.`);
  return columns;
}

async function readReferences(client: pg.Client, tables: string[]): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `select f.relname::text as "from", t.relname::text as "to"
     from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and k.connamespace = 'public'::regnamespace
       and f.relname = any($1) and t.relname = any($1)`,
    [tables],
  );
  return rows;
}

/**
 * Where the numbering of rows goes on. Sequences know no snapshots: read after it was taken, they are at its rows or
 * beyond.
 */
async function readSequences(client: pg.Client, columns: Map<string, string[]>): Promise<SequenceState[]> {
  const pairs = [...columns].flatMap(([table, names]) => names.map((column) => ({ table, column })));
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `select p."table", p."column", pg_get_serial_sequence(format('public.%I', p."table"), p."column") as sequence
     from jsonb_to_recordset($1) as p("table" text, "column" text)
     where pg_get_serial_sequence(format('public.%I', p."table"), p."column") is not null`,
    [JSON.stringify(pairs)],
  );
  const states: SequenceState[] = [];
  for (const { table, column, sequence } of rows) {
    const { rows: values } = await client.query<{ next: string }>(
      `select (last_value + is_called::int)::text as next from ${sequence}`,
    );
    states.push({ table, column, next: values[0]?.next ?? '1' });
  }
  return states;
}
