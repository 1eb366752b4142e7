import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { encryptToken } from '../../accounts/token-cipher.ts';
import { sandboxToken } from '../../sandbox/sandbox-account.ts';
import type { Secrets } from '../../secrets.ts';
import type { BackupHeader, BackupSummary, SequenceState } from './backup-format.ts';
import { BackupError } from './backup-format.ts';
import type { Migration } from './our-migrations.ts';
import { applyMigrations, lockMigrations, placeOf, readApplied } from './our-migrations.ts';
import { readBackup } from './read-backup.ts';
import { findUsers } from './who-runs.ts';

export type RestoreOptions = {
  /** Also where there is data, which is then lost. */
  replace: boolean;
  /** Flows go on at once; else those that run anything are paused. */
  resume: boolean;
  /** The key is another one: accounts have to be connected again. */
  forgetTokens: boolean;
};

/** What a person has to know about after a restore. */
export type Restored = BackupSummary & {
  pausedFlows: number;
  openExecutions: number;
  /** Effects whose intention was noted and whose result was not. */
  intendedEffects: number;
};

/**
 * Puts a checked backup into a database, in one transaction: a restore that fails, or is killed, changes nothing.
 * @param secrets of the installation as it will run
 * @param beforeCommit the last thing that may fail
 * @throws BackupError in one line; or what PostgreSQL says
 */
export async function restoreBackup(
  client: pg.Client,
  path: string,
  checked: BackupHeader,
  deps: {
    migrations: Migration[];
    secrets: Pick<Secrets, 'encryptionKey' | 'sandboxAppSecret'>;
    options: RestoreOptions;
    beforeCommit?: () => Promise<void>;
  },
): Promise<Restored> {
  const { migrations, secrets, options } = deps;
  const index = indexOf(checked, migrations);
  await client.query('begin');
  try {
    // Whoever holds a lock for longer uses this database.
    await client.query(`set local lock_timeout = '10s'`);
    await lockMigrations(client);
    await refuseUsed(client, options.replace);
    await prepareSchema(client, migrations, index);
    const summary = await load(client, path, checked);
    for (const sequence of checked.sequences) await restartSequence(client, sequence);
    await applyMigrations(client, migrations.slice(index + 1));
    const open = await settle(client, secrets, options);
    await deps.beforeCommit?.();
    await client.query('commit');
    return { ...summary, ...open };
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** The place of the backup's schema among ours. @throws BackupError */
function indexOf({ migration, program }: BackupHeader, migrations: Migration[]): number {
  const place = placeOf(migration, migrations);
  if (place.state === 'known') return place.index;
  throw new BackupError(
    `The backup was made by ${place.state === 'newer' ? 'a newer' : 'another'} version of Replygraph (${program}, schema ${migration.tag}). Restore it with that version.`,
  );
}

async function refuseUsed(client: pg.Client, replace: boolean): Promise<void> {
  const users = await findUsers(client);
  if (users.length > 0) {
    throw new BackupError(`The database is in use: ${users.join(', ')}. Stop Replygraph, then restore.`);
  }
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('public.workspaces')::text as name`,
  );
  if (!tables[0]?.name || replace) return;
  const { rows } = await client.query<{ name: string }>('select name from public.workspaces limit 1');
  if (rows[0]) {
    throw new BackupError(
      `This installation has data (workspace "${rows[0].name}"). Restore into an empty one, or add --replace to lose that data.`,
    );
  }
}

/** Empty tables of the backup's schema. Only a newer schema has to be taken down and built anew. */
async function prepareSchema(client: pg.Client, migrations: Migration[], index: number): Promise<void> {
  const place = placeOf(await readApplied(client), migrations);
  if (place.state === 'newer' || place.state === 'unknown') {
    throw new BackupError(
      'The database belongs to another version of Replygraph. Use that version, or an empty database.',
    );
  }
  let present = place.state === 'known' ? place.index : -1;
  if (present > index) {
    await client.query(`drop table ${namesOf(migrations[present])}`);
    await client.query('delete from drizzle.__drizzle_migrations');
    present = -1;
  }
  await applyMigrations(client, migrations.slice(present + 1, index + 1));
  await client.query(`truncate ${namesOf(migrations[index])}`);
}

const namesOf = (migration: Migration | undefined) =>
  (migration?.tables ?? []).map((name) => `public.${pg.escapeIdentifier(name)}`).join(', ');

async function load(client: pg.Client, path: string, checked: BackupHeader): Promise<BackupSummary> {
  const loaded: Record<string, number> = {};
  const summary = await readBackup(path, async ({ table, columns }, pieces) => {
    const statement = `copy public.${pg.escapeIdentifier(table)} (${columns.map(pg.escapeIdentifier).join(', ')}) from stdin`;
    const copy = client.query(copyFrom(statement));
    await pipeline(Readable.from(pieces, { objectMode: false }), copy);
    loaded[table] = copy.rowCount;
  });
  if (JSON.stringify(summary.header) !== JSON.stringify(checked)) {
    throw new BackupError(`${path} was changed while it was being restored.`);
  }
  for (const [table, rows] of Object.entries(summary.rows)) {
    if (loaded[table] !== rows) throw new Error(`${table}: ${loaded[table]} of ${rows} rows arrived.`);
  }
  return summary;
}

/** By `alter`, which, unlike `setval`, is undone with the transaction. */
async function restartSequence(client: pg.Client, { table, column, next }: SequenceState): Promise<void> {
  const { rows } = await client.query<{ sequence: string | null }>(
    `select pg_get_serial_sequence(format('public.%I', $1::text), $2) as sequence`,
    [table, column],
  );
  const sequence = rows[0]?.sequence;
  if (!sequence) throw new Error(`${table}.${column} has no sequence.`);
  await client.query(`alter sequence ${sequence} restart with ${BigInt(next)}`);
}

/**
 * Makes of the state of the past one that can go on: what ran is queued again, and stands still until a person has
 * looked, because the world has gone on since the backup.
 */
async function settle(
  client: pg.Client,
  secrets: Pick<Secrets, 'encryptionKey' | 'sandboxAppSecret'>,
  options: RestoreOptions,
): Promise<Pick<Restored, 'pausedFlows' | 'openExecutions' | 'intendedEffects'>> {
  await client.query(
    `update public.flow_executions set status = 'queued', lease_owner = null where status = 'running'`,
  );
  const paused = options.resume ? null : await client.query(PAUSE_FLOWS);
  if (options.forgetTokens) {
    await client.query(`update public.accounts set status = 'needs_login' where not is_sandbox`);
    await client.query('delete from public.ai_connections where key_encrypted is not null');
  }
  // The token of a sandbox account proves itself by secrets of the installation, which may be others now.
  const { rows } = await client.query<{ id: string; externalId: string }>(
    `select id, external_id as "externalId" from public.accounts where is_sandbox`,
  );
  for (const { id, externalId } of rows) {
    const token = encryptToken(secrets.encryptionKey, sandboxToken(secrets, externalId));
    await client.query('update public.accounts set access_token_encrypted = $2 where id = $1', [id, token]);
  }
  const { rows: counts } = await client.query<{ open: number; intended: number }>(`
    select (select count(*)::int from public.flow_executions where status in ('queued', 'waiting')) as open,
      (select count(*)::int from public.effects where status = 'intended') as intended`);
  return {
    pausedFlows: paused?.rowCount ?? 0,
    openExecutions: counts[0]?.open ?? 0,
    intendedEffects: counts[0]?.intended ?? 0,
  };
}

/** Flows that something can happen in: published ones, and those with executions that have not ended. */
const PAUSE_FLOWS = `
  update public.flows f set paused_at = now()
  where paused_at is null and (status = 'published' or exists (
    select 1 from public.flow_executions e
    where e.flow_id = f.id and e.status in ('queued', 'running', 'waiting')))`;
