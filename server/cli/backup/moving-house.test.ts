import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { replyFlow } from '../../../e2e/support/graphs.ts';
import { Owner, setUpOwner } from '../../../e2e/support/owner.ts';
import type { Replygraph } from '../../../e2e/support/replygraph.ts';
import { startReplygraph } from '../../../e2e/support/replygraph.ts';
import { runProgram } from '../../database/embedded/run-program.ts';
import { fingerprint } from '../testing/fingerprint.ts';
import { runCli } from '../testing/run-cli.ts';
import type { ScratchDatabase } from '../testing/scratch-database.ts';
import { createScratchDatabase } from '../testing/scratch-database.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const SECRETS = {
  APP_SECRET: '0123456789abcdef0123456789abcdef',
  ENCRYPTION_KEY: 'fedcba9876543210fedcba9876543210',
  META_VERIFY_TOKEN: '00112233445566778899aabbccddeeff',
};

let folder: string;
const running: Replygraph[] = [];
const databases: ScratchDatabase[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-moving-'));
});
afterEach(async () => {
  for (const installation of running.splice(0)) await installation.remove();
  for (const database of databases.splice(0)) await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function start(variables: Record<string, string> = {}): Promise<Replygraph> {
  const installation = await startReplygraph(variables, { arguments: ['--without-editor'] });
  running.push(installation);
  return installation;
}

async function scratch(): Promise<ScratchDatabase> {
  const database = await createScratchDatabase(inject('adminUrl'));
  databases.push(database);
  return database;
}

async function done(given: string[], variables: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runCli(given, variables);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** A flow that answered a comment once. */
async function answering(installation: Replygraph) {
  const owner = await setUpOwner(installation.url);
  const flow = await owner.publish('Greeting', replyFlow('Hello {{ trigger.from.username }}'));
  await owner.untilHandled(flow.id, await owner.comment('First', 'lena'), 'succeeded');
  return { owner, flow };
}

describe('an installation', () => {
  it('moves from its embedded database to a server while it runs, and answers there', async () => {
    const embedded = await start();
    const { owner, flow } = await answering(embedded);
    const file = join(folder, 'a.backup');
    await done(['backup', file], { DATA_DIR: embedded.dataDir });
    await embedded.stop();

    const variables = join(folder, 'secrets.env');
    await done(['restore', file, '--secrets-to', variables]);
    const secrets = parseEnv(await readFile(variables, 'utf8'));
    const database = await scratch();
    const settings = { DATABASE_URL: database.url, ...stringsOf(secrets) };
    await done(['restore', file, '--resume'], settings);

    const server = await start(settings);
    const there = new Owner(server.url, owner.key);
    expect((await there.executions(flow.id)).map(({ status }) => status)).toEqual(['succeeded']);
    const comment = await there.comment('Second', 'mia');
    await there.untilHandled(flow.id, comment, 'succeeded');
    expect((await there.answersTo(comment.id)).map(({ text }) => text)).toEqual(['Hello mia']);
  });

  it('comes back on a new machine with its secrets, paused until a person has looked', async () => {
    const first = await start();
    const { owner, flow } = await answering(first);
    await first.stop();
    const file = join(folder, 'a.backup');
    await done(['backup', file], { DATA_DIR: first.dataDir });

    const dataDir = join(folder, 'data');
    expect(await done(['restore', file], { DATA_DIR: dataDir })).toContain('1 flows are paused');
    const second = await start({ DATA_DIR: dataDir });
    const there = new Owner(second.url, owner.key);
    const comment = await there.comment('Second', 'mia');
    const held = await there.untilExecutionOf(flow.id);
    expect(held.status).toBe('queued');
    expect(await there.answersTo(comment.id)).toEqual([]);
    const refused = await runCli(['restore', file, '--replace'], { DATA_DIR: dataDir });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${second.pid}`) });
  });
});

const programs = findPrograms();
if (!programs && process.env.REQUIRE_SERVICES === '1') {
  throw new Error('REQUIRE_SERVICES=1, but pg_dump or TEST_DATABASE_URL is missing.');
}
if (!programs)
  console.log('Skipped: pg_dump; it needs TEST_DATABASE_URL and /usr/lib/postgresql/*/bin/pg_dump.');

describe.skipIf(!programs)('pg_dump', () => {
  it('taken while webhooks come in is of one moment, and a server boots on it', async () => {
    const database = await scratch();
    const installation = await start({ ...SECRETS, DATABASE_URL: database.url });
    const { owner, flow } = await answering(installation);
    const file = join(folder, 'a.dump');
    const writing = new AbortController();
    const comments = commentUntil(owner, writing.signal);
    await vi.waitFor(
      async () => expect((await owner.executions(flow.id)).length).toBeGreaterThan(10),
      60_000,
    );
    await run('pg_dump', '--format=custom', `--file=${file}`, '--exclude-schema=bullmq', database.url);
    writing.abort();
    expect(await comments).toBeGreaterThan(10);
    await installation.stop();

    const copy = await scratch();
    await run(
      'pg_restore',
      '--no-owner',
      '--exit-on-error',
      '--single-transaction',
      `--dbname=${copy.url}`,
      file,
    );
    const tables = await fingerprint(copy.url);
    expect(tables.flow_executions?.rows).toBeGreaterThan(10);

    const restored = await start({ ...SECRETS, DATABASE_URL: copy.url });
    const there = new Owner(restored.url, owner.key);
    const comment = await there.comment('After the restore', 'mia');
    await there.untilHandled(flow.id, comment, 'succeeded');
  });
});

async function commentUntil(owner: Owner, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (; !signal.aborted; count++) await owner.comment(`Comment ${count}`, `follower${count}`);
  return count;
}

function findPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!process.env.TEST_DATABASE_URL || !existsSync(root)) return undefined;
  const folders = readdirSync(root).map((version) => join(root, version, 'bin'));
  return folders
    .filter((path) => existsSync(join(path, 'pg_dump')))
    .sort()
    .at(-1);
}

async function run(program: string, ...given: string[]): Promise<void> {
  const { code, output } = await runProgram({ file: join(programs ?? '', program), args: given });
  expect(code, output).toBe(0);
}

const stringsOf = (variables: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? '']));
