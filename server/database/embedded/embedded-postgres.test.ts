import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../log.ts';
import type { EmbeddedPostgres } from './embedded-postgres.ts';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { findServersOf, isAlive } from './postmaster.ts';
import { candidateUsers } from './system-users.ts';

const log = createLog('silent');
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const SCRIPT = fileURLToPath(new URL('../../testing/run-embedded-postgres.ts', import.meta.url));

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** DATA_DIR in a home folder that only its owner can enter. */
async function newDataDir(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'replygraph-home-'));
  const dataDir = join(home, 'data');
  await mkdir(dataDir);
  cleanups.push(async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(home, { recursive: true, force: true });
  });
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  return dataDir;
}

async function start(dataDir: string, runAsOnly?: 'namespace' | 'user'): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log, ...(runAsOnly && { runAsOnly }) });
  cleanups.push(() => server.stop());
  return server;
}

/** Our process with its server; the child can be killed without taking the test with it. */
async function startInChild(dataDir: string, through: string[] = []) {
  const [file = '', ...args] = [...through, process.execPath, SCRIPT, dataDir];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  cleanups.push(() => end('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const ready: { url: string; adopted: boolean; runsAs: string; serverPid: number } = JSON.parse(
    String(line),
  );
  return { ...ready, end };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const writeNote = (url: string) =>
  query(url, `create table notes (text text); insert into notes values ('kept')`).then(() => undefined);
const readNotes = (url: string) => query(url, 'select text from notes');

async function killServer(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
}

describe('an embedded PostgreSQL', () => {
  test('is set up in an empty folder, belongs to a role that policies bind, and ends with us', async () => {
    const dataDir = await newDataDir();

    const server = await start(dataDir);

    const [facts] = await query(
      server.url,
      `select current_user as role, rolsuper, current_database() as name, lower('ÄÉ') as lower,
              current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit
       from pg_roles where rolname = current_user`,
    );
    expect(facts).toEqual({
      role: 'replygraph',
      rolsuper: false,
      name: 'replygraph',
      lower: 'äé',
      fsync: 'on',
      commit: 'on',
    });
    expect((await stat(join(dataDir, 'postgres-passwords.json'))).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
    expect(isAlive(server.pid())).toBe(false);
  });

  test('refuses a wrong password', async () => {
    const server = await start(await newDataDir());
    const url = new URL(server.url);
    url.password = 'guess';

    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  test('keeps what was written over a clean stop', async () => {
    const dataDir = await newDataDir();
    const first = await start(dataDir);
    await writeNote(first.url);
    await first.stop();

    const second = await start(dataDir);

    expect(second.url).toBe(first.url);
    expect(second.adopted).toBe(false);
    expect(await readNotes(second.url)).toEqual([{ text: 'kept' }]);
  });

  test('listens on loopback where the path of a socket would be too long', async () => {
    const dataDir = join(await newDataDir(), 'a'.repeat(60), 'b'.repeat(60));

    cleanups.push(() => removeEmbeddedPostgres(dataDir));
    const server = await start(dataDir);

    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is adopted when our process was killed', async () => {
    const dataDir = await newDataDir();
    const killed = await startInChild(dataDir);
    await writeNote(killed.url);
    await killed.end('SIGKILL');

    const server = await start(dataDir);

    expect(server.adopted).toBe(true);
    expect(server.pid()).toBe(killed.serverPid);
    expect(await readNotes(server.url)).toEqual([{ text: 'kept' }]);
    await server.stop();
    expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
  });

  test('recovers when both processes were killed', async () => {
    const dataDir = await newDataDir();
    const killed = await startInChild(dataDir);
    await writeNote(killed.url);
    await killed.end('SIGKILL');
    await killServer(killed.serverPid);

    const server = await start(dataDir);

    expect(server.adopted).toBe(false);
    expect(await readNotes(server.url)).toEqual([{ text: 'kept' }]);
  });

  test('comes back by itself when it is killed, and a pool goes on with it', async () => {
    const server = await start(await newDataDir());
    await writeNote(server.url);
    const pool = new pg.Pool({ connectionString: server.url });
    pool.on('error', () => {});
    cleanups.push(() => pool.end());
    await pool.query('select 1');
    const before = server.pid();

    await killServer(before);

    await vi.waitFor(
      async () => {
        expect((await pool.query('select text from notes')).rows).toEqual([{ text: 'kept' }]);
        expect(server.pid()).not.toBe(before);
      },
      { timeout: 20_000, interval: 50 },
    );
  });

  test('stays down when it is stopped while it comes back', async () => {
    const dataDir = await newDataDir();
    const server = await start(dataDir);
    await killServer(server.pid());

    await server.stop();

    expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
  });

  test.runIf(isLinux)('comes back although a backend is still in a query', async () => {
    const dataDir = await newDataDir();
    const server = await start(dataDir);
    const busy = query(server.url, 'select count(*) from generate_series(1, 100000000000)').catch(
      () => 'ended',
    );
    await vi.waitFor(async () =>
      expect(
        await query(
          server.url,
          `select 1 as n from pg_stat_activity where query like '%series%' and state = 'active'
                                 and pid <> pg_backend_pid()`,
        ),
      ).toEqual([{ n: 1 }]),
    );
    const before = server.pid();

    await killServer(before);

    await vi.waitFor(
      async () => {
        expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
        expect(server.pid()).not.toBe(before);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await busy).toBe('ended');
  });

  test('says so when it can not be brought back', async () => {
    const dataDir = await newDataDir();
    const server = await start(dataDir);
    const reason = new Promise<Error>((resolve) => server.onExit(resolve));
    await rename(join(dataDir, 'postgres', 'global'), join(dataDir, 'global'));

    await killServer(server.pid());

    expect((await reason).message).toMatch(/did not start/);
  });

  test.runIf(isLinux)('starts over a postmaster.pid whose number went to another process', async () => {
    const dataDir = await newDataDir();
    await (await start(dataDir)).stop();
    const lines = [
      process.pid,
      join(dataDir, 'postgres'),
      1,
      5432,
      join(dataDir, 'postgres'),
      '',
      '',
      'ready',
    ];
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${lines.join('\n')}\n`);

    const server = await start(dataDir);

    expect(server.adopted).toBe(false);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is one server when two processes start it at once, on an empty folder too', async () => {
    const dataDir = await newDataDir();

    const both = await Promise.all([startInChild(dataDir), startInChild(dataDir)]);

    expect(both[0].serverPid).toBe(both[1].serverPid);
    expect(both.map((one) => one.adopted).toSorted()).toEqual([false, true]);
    for (const { url } of both) expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('gets new passwords when the file with them was lost, running or not', async () => {
    const dataDir = await newDataDir();
    const killed = await startInChild(dataDir);
    await writeNote(killed.url);
    await killed.end('SIGKILL');
    await rm(join(dataDir, 'postgres-passwords.json'));

    const server = await start(dataDir);

    expect(server.url).not.toBe(killed.url);
    expect(await readNotes(server.url)).toEqual([{ text: 'kept' }]);
  });

  test('removes what an interrupted setup left', async () => {
    const dataDir = await newDataDir();
    await mkdir(join(dataDir, 'postgres.new-4194305'));

    await start(dataDir);

    expect((await readdir(dataDir)).filter((name) => name.includes('new'))).toEqual([]);
  });

  test('refuses the data of another major version in one line', async () => {
    const dataDir = await newDataDir();
    await (await start(dataDir)).stop();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');

    await expect(start(dataDir)).rejects.toThrow(
      /^The database in .* was made by PostgreSQL 15, .*DATA_DIR\.$/,
    );
  });
});

describe.runIf(isRoot && isLinux)('an embedded PostgreSQL of root', () => {
  const hasNamespaces =
    spawnSync('unshare', ['--user', '--map-user=1', '--map-group=1', 'true']).status === 0;
  if (!hasNamespaces && isRoot) console.log('Skipped: user namespaces are not allowed here.');

  test.runIf(hasNamespaces)('runs in a user namespace, its files owned by root', async () => {
    const dataDir = await newDataDir();

    const server = await start(dataDir, 'namespace');

    expect(server.runsAs).toBe('namespace');
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(0);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('runs as a system user where namespaces are not allowed, and back', async () => {
    const dataDir = await newDataDir();
    const first = await start(dataDir, hasNamespaces ? 'namespace' : 'user');
    await writeNote(first.url);
    await first.stop();

    const server = await start(dataDir, 'user');

    const owner = (await stat(join(dataDir, 'postgres'))).uid;
    const status = await readFile(`/proc/${server.pid()}/status`, 'utf8');
    expect(owner).not.toBe(0);
    expect(status).toMatch(new RegExp(`^Uid:\\s+${owner}\\s`, 'm'));
    expect(await readNotes(server.url)).toEqual([{ text: 'kept' }]);
    await server.stop();
    expect(await readNotes((await start(dataDir)).url)).toEqual([{ text: 'kept' }]);
  });

  test.runIf(hasNamespaces)('runs as we are for a normal user', async () => {
    const dataDir = await newDataDir();
    const [user] = candidateUsers(await readFile('/etc/passwd', 'utf8'), 0);
    const asUser = ['unshare', '--user', `--map-user=${user?.uid}`, `--map-group=${user?.gid}`];

    const server = await startInChild(dataDir, asUser);

    expect(server.runsAs).toBe('plain');
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.end('SIGTERM');
    expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
  });
});
