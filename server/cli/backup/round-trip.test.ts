import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { decryptToken, encryptToken } from '../../accounts/token-cipher.ts';
import { readConfig } from '../../config.ts';
import { removeEmbeddedPostgres } from '../../database/embedded/embedded-postgres.ts';
import { findServersOf } from '../../database/embedded/postmaster.ts';
import { createLog } from '../../log.ts';
import { openDatabase } from '../open-database.ts';
import { fingerprint } from '../testing/fingerprint.ts';
import { startCli } from '../testing/run-cli.ts';
import type { ScratchDatabase } from '../testing/scratch-database.ts';
import { createScratchDatabase, migrate, withClient } from '../testing/scratch-database.ts';
import { seedEveryTable } from '../testing/seed-every-table.ts';
import { BackupError } from './backup-format.ts';
import { listMigrations } from './our-migrations.ts';
import type { RestoreOptions } from './restore-backup.ts';
import { runBackup } from './run-backup.ts';
import { runRestore } from './run-restore.ts';

const SECRETS = { APP_SECRET: 'a'.repeat(32), ENCRYPTION_KEY: 'b'.repeat(32), META_VERIFY_TOKEN: 'verify' };

let folder: string;
let file: string;
let source: ScratchDatabase;
let target: ScratchDatabase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-backup-'));
  file = join(folder, 'a.backup');
  source = await createScratchDatabase(inject('adminUrl'), inject('templateDatabase'));
  target = await createScratchDatabase(inject('adminUrl'));
});
afterEach(async () => {
  await source.drop();
  await target.drop();
  await rm(folder, { recursive: true, force: true });
});

const onServer = (database: ScratchDatabase) => ({
  ...SECRETS,
  DATABASE_URL: database.url,
  DATA_DIR: folder,
});
const backup = (variables: Record<string, string> = onServer(source)) =>
  runBackup(readConfig(variables), file);
const restore = (
  options: Partial<RestoreOptions> = {},
  variables: Record<string, string> = onServer(target),
) => {
  const all = { replace: false, resume: false, forgetTokens: false, ...options };
  return runRestore(readConfig(variables), file, all);
};
const seed = (database: ScratchDatabase) => withClient(database.url, (client) => seedEveryTable(client));

/** What a command says when it is done. */
const done = async (lines: Promise<string[]>) => (await lines).join('\n');

/** What a command says that refuses. */
async function refusal(lines: Promise<string[]>): Promise<string> {
  const error: unknown = await lines.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackupError)) throw new Error(`It was not refused: ${error}`);
  return error.message;
}

describe('a backup', () => {
  it('knows every table of the database', async () => {
    const tables = await withClient(source.url, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select tablename::text as name from pg_tables where schemaname = 'public' order by 1`,
      );
      return rows.map(({ name }) => name);
    });
    expect([...(listMigrations().at(-1)?.tables ?? [])].sort()).toEqual(tables);
  });

  it('restored into an empty database gives every row back, and goes on numbering', async () => {
    await seed(source);
    const before = await fingerprint(source.url);
    expect(Object.values(before).every(({ rows }) => rows > 0)).toBe(true);

    expect(await done(backup())).toMatch(
      /^Backup of \d+ rows in \d+ tables: .*a\.backup\nKeep ENCRYPTION_KEY/,
    );
    expect(await done(restore({ resume: true }))).toMatch(/^Restored \d+ rows/);

    expect(await fingerprint(target.url)).toEqual(before);
    const numbers = await withClient(target.url, async (client) => {
      const next = `select nextval(pg_get_serial_sequence('sandbox_items', 'seq'))::int as next`;
      const { rows } = await client.query<{ next: number; highest: number }>(
        `${next}, (select max(seq)::int from sandbox_items) as highest`,
      );
      return rows[0];
    });
    expect(numbers?.next).toBeGreaterThan(numbers?.highest ?? Number.NaN);
  });

  it('is of one moment while others write', async () => {
    let isDone = false;
    let pairs = 0;
    const writing = withClient(source.url, async (client) => {
      while (!isDone) {
        await client.query(`with w as (insert into workspaces (id, name) values (gen_random_uuid(), 'pair') returning id)
          insert into settings (workspace_id, key, value) select id, 'pair', '1' from w`);
        pairs++;
      }
    });
    await vi.waitFor(() => expect(pairs).toBeGreaterThan(20));
    await done(backup()).finally(() => {
      isDone = true;
      return writing;
    });

    await done(restore());
    const after = await fingerprint(target.url);
    expect(after.workspaces?.rows).toBeGreaterThan(20);
    expect(after.settings?.rows).toBe(after.workspaces?.rows);
  });

  it('goes from a server into the embedded shape and back', async () => {
    await seed(source);
    const before = await fingerprint(source.url);
    await done(backup());
    const dataDir = join(folder, 'data');
    const embedded = { DATA_DIR: dataDir, ENCRYPTION_KEY: SECRETS.ENCRYPTION_KEY };
    try {
      await done(restore({ resume: true }, embedded));
      expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
      const database = await openDatabase(readConfig(embedded), { log: createLog('silent'), isAlone: true });
      expect(await fingerprint(database.url)).toEqual(before);
      await database.close();

      await rm(file);
      expect(await done(backup(embedded))).toContain('keep it like a password');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    } finally {
      await removeEmbeddedPostgres(dataDir);
    }
    await done(restore({ resume: true }));
    expect(await fingerprint(target.url)).toEqual(before);
  });

  it('that is killed leaves no file under its name, and does not stand in the way of the next', async () => {
    await seed(source);
    await withClient(source.url, async (blocker) => {
      await blocker.query('begin; lock table effects in access exclusive mode');
      const { child, exit } = startCli(['backup', file], onServer(source));
      await vi.waitFor(() => expect(existsSync(`${file}.part`)).toBe(true), { timeout: 20_000 });
      child.kill('SIGKILL');
      await exit;
      expect(await readdir(folder)).toEqual(['a.backup.part']);
    });
    await done(backup());
    expect(await readdir(folder)).toEqual(['a.backup']);
  });

  it('that is interrupted leaves nothing', async () => {
    await withClient(source.url, async (blocker) => {
      await blocker.query('begin; lock table effects in access exclusive mode');
      const { child, exit } = startCli(['backup', file], onServer(source));
      await vi.waitFor(() => expect(existsSync(`${file}.part`)).toBe(true), { timeout: 20_000 });
      child.kill('SIGINT');
      expect(await exit).toMatchObject({ code: 130, stderr: expect.stringContaining('Interrupted') });
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a database without our tables is refused', async () => {
    expect(await refusal(backup(onServer(target)))).toContain('no tables of Replygraph');
    expect(await refusal(backup({ DATA_DIR: folder }))).toContain('no installation');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a restore', () => {
  it('is refused where there is data, and replaces it when told to', async () => {
    await seed(source);
    await done(backup());
    await done(restore());
    await withClient(target.url, (client) => client.query(`update workspaces set name = 'Changed'`));
    const changed = await fingerprint(target.url);

    expect(await refusal(restore())).toMatch(/has data \(workspace "Changed"\).*--replace/);
    expect(await fingerprint(target.url)).toEqual(changed);

    await done(restore({ replace: true, resume: true }));
    expect(await fingerprint(target.url)).toEqual(await fingerprint(source.url));
  });

  it('is refused while a process is on the database', async () => {
    await done(backup());
    await migrate(target);
    const client = new pg.Client({ connectionString: target.url, application_name: 'replygraph' });
    await client.connect();
    expect(await refusal(restore({ replace: true }))).toContain(
      '1 connection of Replygraph. Stop Replygraph',
    );
    await client.query(`insert into processes (id, role, host, version) values ('p', 'worker', 'h', '1')`);
    await client.end();
    expect(await refusal(restore({ replace: true }))).toContain('process "worker" on h');
    await withClient(target.url, (other) =>
      other.query(`update processes set seen_at = now() - interval '1 hour'`),
    );
    await done(restore({ replace: true }));
  });

  it('with another key is refused, unless the tokens are given up', async () => {
    await seed(source);
    await done(backup());
    const other = { ...onServer(target), ENCRYPTION_KEY: 'c'.repeat(32) };
    expect(await refusal(restore({}, other))).toContain('another ENCRYPTION_KEY');
    expect(await done(restore({ forgetTokens: true }, other))).toContain('Connect every');
    const statuses = await withClient(target.url, (client) =>
      client.query('select distinct status from accounts'),
    );
    expect(statuses.rows).toEqual([{ status: 'needs_login' }]);
  });

  it.each([
    [
      'a damaged file',
      (plain: Buffer) => gzipSync(plain.subarray(0, plain.length - 10)),
      'damaged or cut off',
    ],
    ['a cut-off file', (plain: Buffer) => gzipSync(plain).subarray(0, 2_000), 'damaged or cut off'],
    [
      'a backup of a newer version',
      (plain: Buffer) => newer(plain),
      'made by a newer version of Replygraph (9.9.9, schema 0999_future)',
    ],
  ])('refuses %s and changes nothing', async (_what, change, reason) => {
    await seed(source);
    await done(backup());
    await writeFile(file, change(gunzipSync(await readFile(file))));
    expect(await refusal(restore())).toContain(reason);
    const { rows } = await withClient(target.url, (client) =>
      client.query(`select nspname from pg_namespace where nspname in ('drizzle', 'bullmq')`),
    );
    expect(rows).toEqual([]);
  });

  it('that is killed in the middle changes nothing', async () => {
    await seed(source);
    await done(backup());
    await migrate(target);
    await seed(target);
    const before = await fingerprint(target.url);
    await withClient(target.url, async (blocker) => {
      await blocker.query(`create function hold() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock(42); return new; end'`);
      await blocker.query('create trigger hold before insert on flows for each row execute function hold()');
      await blocker.query('select pg_advisory_lock(42)');
      const { child, exit } = startCli(['restore', file, '--replace'], onServer(target));
      const waiting = `select 1 from pg_stat_activity
        where datname = current_database() and wait_event = 'advisory' and query like 'copy%'`;
      await vi.waitFor(async () => expect((await blocker.query(waiting)).rowCount).toBe(1), 9_000);
      child.kill('SIGKILL');
      await exit;
    });
    await vi.waitFor(async () => expect(await fingerprint(target.url)).toEqual(before), 20_000);
  });

  it('queues again what ran, and pauses what can run until a person has looked', async () => {
    await seed(source);
    await withClient(source.url, (client) =>
      client.query(`update flows set status = 'draft', paused_at = null;
        update flow_executions set status = 'running', lease_owner = 'gone', contact_key = id::text
          where id = (select min(id::text)::uuid from flow_executions)`),
    );
    await done(backup());
    expect(await done(restore())).toContain('1 flows are paused, with 1 open executions.');
    const { rows } = await withClient(target.url, (client) =>
      client.query(`select e.status, e.lease_owner, f.paused_at is not null as paused
        from flows f join flow_executions e on e.flow_id = f.id order by e.status`),
    );
    expect(rows).toContainEqual({ status: 'queued', lease_owner: null, paused: true });
    expect(rows.filter(({ paused }) => paused)).toHaveLength(1);
  });

  it('makes the sandbox work with the secrets of now', async () => {
    await seed(source);
    await withClient(source.url, async (client) => {
      const token = encryptToken(SECRETS.ENCRYPTION_KEY, 'sandbox.17.of-before');
      await client.query('update accounts set is_sandbox = true, access_token_encrypted = $1', [token]);
    });
    await done(backup());
    await done(restore({}, { ...onServer(target), APP_SECRET: 'z'.repeat(32) }));
    const { rows } = await withClient(target.url, (client) =>
      client.query<{ token: string }>('select access_token_encrypted as token from accounts'),
    );
    expect(decryptToken(SECRETS.ENCRYPTION_KEY, rows[0]?.token ?? '')).not.toContain('of-before');
  });

  it.runIf(listMigrations().length > 1)('of an older schema brings it up to this version', async () => {
    const [first] = listMigrations();
    await withClient(target.url, async (client) => {
      await client.query('create schema drizzle');
      await client.query(
        'create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
      );
      for (const statement of first?.statements ?? []) await client.query(statement);
      const values = [first?.hash, first?.at];
      await client.query(
        'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)',
        values,
      );
      await client.query(`insert into workspaces (id, name) values (gen_random_uuid(), 'Old')`);
    });
    await done(backup(onServer(target)));
    const current = await createScratchDatabase(inject('adminUrl'), inject('templateDatabase'));
    try {
      await done(restore({}, onServer(current)));
      const { rows } = await withClient(current.url, (client) =>
        client.query(`select w.name, (select count(*)::int from drizzle.__drizzle_migrations) as migrations
          from workspaces w left join flows f on f.paused_at is null`),
      );
      expect(rows).toEqual([{ name: 'Old', migrations: listMigrations().length }]);
    } finally {
      await current.drop();
    }
  });
});

/** The same backup, as a version of the future would have made it. */
function newer(plain: Buffer): Buffer {
  const end = plain.indexOf('\n');
  const header = JSON.parse(plain.subarray(0, end).toString());
  header.program = '9.9.9';
  header.migration = { tag: '0999_future', at: header.migration.at + 1, hash: 'f' };
  const changed = Buffer.concat([Buffer.from(JSON.stringify(header)), plain.subarray(end)]);
  return gzipSync(rehashed(changed));
}

/** With the hash of the whole set right again. */
function rehashed(plain: Buffer): Buffer {
  const start = plain.lastIndexOf('\n', plain.length - 2) + 1;
  const end = JSON.parse(plain.subarray(start).toString());
  const body = plain.subarray(0, start);
  end.sha256 = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([body, Buffer.from(`${JSON.stringify(end)}\n`)]);
}
