import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { VARIABLES } from './config.ts';
import { removeEmbeddedPostgres } from './database/embedded/embedded-postgres.ts';
import { findServersOf } from './database/embedded/postmaster.ts';
import { waitForDatabase } from './database/wait-for-database.ts';
import { PROJECT_ROOT } from './editor-build.ts';

let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'replygraph-start-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await removeEmbeddedPostgres(dataDir);
});

const SECRETS = { APP_SECRET: 'a'.repeat(32), ENCRYPTION_KEY: 'b'.repeat(32), META_VERIFY_TOKEN: 'verify' };

/** The real process, with nothing of our environment but where programs are. */
function run(variables: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'server/main.mjs'), '--without-editor'], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString();
  });
  const lines = createInterface(child.stdout);
  const url = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /^Replygraph is running at (\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
    });
    child.on('close', () => reject(new Error(`it ended: ${written.stderr}`)));
  });
  url.catch(() => {});
  const exit = once(child, 'close').then(([code]: unknown[]) => ({ code, ...written }));
  return { child, url, exit };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'close');
}

/** What a start that fails says: one line, exit code 1. */
async function refusal(variables: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await run(variables).exit;
  expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
    code: 1,
    stdout: '',
    lines: 1,
  });
  return stderr.trimEnd();
}

describe('a start that can not be says why in one line', () => {
  test('when a variable is wrong', async () => {
    expect(await refusal({ PORT: 'http', LOG_LEVEL: 'loud' })).toMatch(
      /^Bad configuration: PORT: .*; LOG_LEVEL: /,
    );
  });

  test('when .env holds a wrong variable', async () => {
    await writeFile(join(dataDir, '.env'), 'WORKER_CONCURRENCY=none\n');
    expect(await refusal({})).toMatch(/^Bad configuration: WORKER_CONCURRENCY: /);
  });

  test('when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    expect(await refusal({ PORT: String(port) })).toBe(
      `Port ${port} on 127.0.0.1 is in use. Stop the other program or set PORT to a free one.`,
    );
    other.close();
  });

  test('when the data folder can not be written', async () => {
    await writeFile(join(dataDir, 'file'), '');

    expect(await refusal({ DATA_DIR: join(dataDir, 'file', 'data') })).toMatch(
      /^DATA_DIR .* is not writable/,
    );
  });

  test.runIf(process.platform === 'linux')('when the data folder can not be made', async () => {
    expect(await refusal({ DATA_DIR: '/proc/replygraph' })).toMatch(
      /^DATA_DIR \/proc\/replygraph is not writable/,
    );
  });

  test('when secrets are missing beside DATABASE_URL', async () => {
    expect(await refusal({ DATABASE_URL: inject('adminUrl') })).toMatch(
      /set APP_SECRET, ENCRYPTION_KEY, META_VERIFY_TOKEN/,
    );
  });

  test('when the database refuses the login, without the password', async () => {
    const url = new URL(inject('adminUrl'));
    url.username = 'stranger';
    url.password = 'not-for-the-terminal';

    const line = await refusal({ DATABASE_URL: url.href, ...SECRETS });

    expect(line).toMatch(/^The database .* is not usable: .*"stranger".*\. Check DATABASE_URL\.$/);
    expect(line).not.toContain('not-for-the-terminal');
  });

  test('when the database does not exist', async () => {
    const url = new URL(inject('adminUrl'));
    url.pathname = '/no_such_database';

    expect(await refusal({ DATABASE_URL: url.href, ...SECRETS })).toContain(
      '"no_such_database" does not exist',
    );
  });

  test('when nobody listens at DATABASE_URL', async () => {
    await expect(waitForDatabase('postgres://u:p@127.0.0.1:1/d', { waitMs: 300 })).rejects.toThrow(
      /^The database 127\.0\.0\.1:1\/d is not usable: connect ECONNREFUSED .*\. Check DATABASE_URL\.$/,
    );
  });
});

describe('a process on its own database', () => {
  test('says where it runs, keeps its folder from a second one, stops cleanly', async () => {
    const first = run();
    const url = await first.url;

    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await refusal({})).toBe(
      `DATA_DIR ${dataDir} is used by process ${first.child.pid}. Stop it or set another DATA_DIR.`,
    );
    first.child.kill('SIGTERM');
    const { code, stderr } = await first.exit;
    expect(code).toBe(0);
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
    expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]);
    expect(await readdir(dataDir)).not.toContain('lock');
  });

  test('goes on after kill -9, with the database that lived on', async () => {
    const killed = run();
    await killed.url;
    await end(killed.child, 'SIGKILL');
    const [survivor] = await findServersOf(join(dataDir, 'postgres'));

    const next = run();
    const url = await next.url;

    expect(await findServersOf(join(dataDir, 'postgres'))).toContain(survivor);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('ends at once on a second signal, and takes the database along', async () => {
    const { child, url, exit } = run();
    await url;

    child.kill('SIGINT');
    child.kill('SIGTERM');

    expect([0, 130]).toContain((await exit).code);
    await vi.waitFor(async () => expect(await findServersOf(join(dataDir, 'postgres'))).toEqual([]), {
      timeout: 20_000,
      interval: 50,
    });
  });
});

test('.env.example names every variable, and no other', async () => {
  const text = await readFile(join(PROJECT_ROOT, '.env.example'), 'utf8');
  const named = [...text.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);

  expect(named.toSorted()).toEqual(VARIABLES.toSorted());
});
