import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import type { Replygraph } from '../../../e2e/support/replygraph.ts';
import { startReplygraph } from '../../../e2e/support/replygraph.ts';
import type { CliResult } from '../testing/run-cli.ts';
import { runCli } from '../testing/run-cli.ts';
import type { ScratchDatabase } from '../testing/scratch-database.ts';
import { createScratchDatabase, withClient } from '../testing/scratch-database.ts';
import { CONNECTIONS_PER_PROCESS } from './connections.ts';

/** The real processes start here, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SECRETS = {
  APP_SECRET: '0123456789abcdef0123456789abcdef',
  ENCRYPTION_KEY: 'fedcba9876543210fedcba9876543210',
  META_VERIFY_TOKEN: '00112233445566778899aabbccddeeff',
};

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(variables: Record<string, string>): Promise<Replygraph> {
  const started = await startReplygraph(variables, { arguments: ['--without-editor'] });
  undo.push(() => started.remove());
  return started;
}

async function scratch(template?: string): Promise<ScratchDatabase> {
  const database = await createScratchDatabase(inject('adminUrl'), template);
  undo.push(() => database.drop());
  return database;
}

const reportSchema = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({
      level: z.enum(['ok', 'warning', 'broken']),
      subject: z.string(),
      text: z.string(),
      todo: z.string().optional(),
    }),
  ),
});

/** `level subject: text` of every finding. */
function findingsOf({ stdout, stderr, code }: CliResult): string[] {
  expect(stderr).toBe('');
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(code).toBe(report.ok ? 0 : 1);
  return report.findings.map(({ level, subject, text }) => `${level} ${subject}: ${text}`);
}

const portOf = (url: string) => new URL(url).port;
const contains = (text: string) => expect.stringContaining(text);

describe('doctor', () => {
  it('finds an embedded installation well, then stopped, then open to others', async () => {
    const installation = await start({});
    const variables = { DATA_DIR: installation.dataDir, PORT: portOf(installation.url) };
    const running = findingsOf(await runCli(['doctor', '--json'], variables));
    expect(running.filter((line) => line.startsWith('broken'))).toEqual([]);
    expect(running).toEqual(
      expect.arrayContaining([
        contains(`ok embedded database: answers, used by process ${installation.pid}`),
        'ok database: its tables are those of this version',
        contains('ok queue: on PostgreSQL'),
        'ok processes: the one process of this installation runs',
        'ok server: is ready',
        'ok webhook: answers the handshake of Meta here',
        'ok webhook: refuses a wrong signature here',
        'ok secrets: secrets.json is readable by its owner only',
      ]),
    );
    expect((await runCli(['status'], variables)).stdout).toMatch(/Executions\n {2}queued +0\n/);

    await installation.stop();
    await chmod(join(installation.dataDir, 'secrets.json'), 0o644);
    const stopped = findingsOf(await runCli(['doctor', '--json'], variables));
    expect(stopped).toContainEqual(contains('warning embedded database: is stopped'));
    expect(stopped).toContainEqual(contains('broken secrets: others can read secrets.json'));
    expect(stopped.some((line) => line.includes(' database: PostgreSQL'))).toBe(false);
    expect(await runCli(['status'], variables)).toMatchObject({ code: 1, stderr: contains('does not run') });
  });

  it('finds an installation on a server well, and tells of a process too many', async () => {
    const database = await scratch();
    const installation = await start({ ...SECRETS, DATABASE_URL: database.url });
    const variables = {
      ...SECRETS,
      DATABASE_URL: database.url,
      PORT: portOf(installation.url),
      PUBLIC_URL: installation.url,
    };
    const well = findingsOf(await runCli(['doctor', '--json'], variables));
    expect(well.filter((line) => line.startsWith('broken'))).toEqual([]);
    expect(well).toEqual(
      expect.arrayContaining([
        contains('ok processes: 1 process on 1 machine'),
        contains('warning webhook: PUBLIC_URL http://127.0.0.1'),
        `ok webhook: answers the handshake of Meta at ${installation.url}`,
      ]),
    );

    await withClient(database.url, (client) =>
      client.query(`insert into processes (id, role, host, version) values ('x', 'worker', 'h', '0.0.1')`),
    );
    const wrongToken = { ...variables, META_VERIFY_TOKEN: 'ffeeddccbbaa99887766554433221100' };
    const ill = findingsOf(await runCli(['doctor', '--json'], wrongToken));
    expect(ill).toContainEqual(contains('warning processes: different versions run: 0.0.1, '));
    expect(ill).toContainEqual('broken webhook: refuses the verify token here');
  });

  it('names a database and a Redis that are not there, and no password', async () => {
    const nobody = await closedPort();
    const variables = {
      ...SECRETS,
      DATABASE_URL: `postgres://user:hidden-one@127.0.0.1:${nobody}/db`,
      REDIS_URL: `redis://:hidden-two@127.0.0.1:${nobody}`,
    };
    const result = await runCli(['doctor', '--json'], variables);
    const findings = findingsOf(result);
    expect(findings).toContainEqual(contains("broken database: can't be used"));
    expect(findings).toContainEqual(contains("broken queue: Redis can't be reached"));
    for (const secret of ['hidden-one', 'hidden-two', ...Object.values(SECRETS)]) {
      expect(result.stdout).not.toContain(secret);
    }
  });

  it('says what is wrong in the environment', async () => {
    const result = await runCli(['doctor'], { PORT: 'http', DATABSE_URL: 'postgres://x' });
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(result.stdout).toContain('✗ configuration: Bad configuration: PORT');
    expect(result.stdout).toContain(
      '! configuration: DATABSE_URL is set, which nothing reads → rename it to DATABASE_URL',
    );
  });
});

describe('the command line', () => {
  it.each([
    [['docter'], 2, 'There is no command docter'],
    [['doctor', '--quick'], 2, "Unknown option '--quick'"],
    [['restore'], 2, 'restore needs a <file>'],
    [['restore', '/nowhere'], 1, "/nowhere can't be read (ENOENT)"],
  ])('%j ends with one line and the right code', async (given, code, line) => {
    const result = await runCli(given);
    expect(result).toMatchObject({ code, stdout: '', stderr: contains(line) });
    expect(result.stderr.split('\n')).toHaveLength(2);
  });

  it('shows help', async () => {
    expect(await runCli(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: contains('doctor') });
  });
});

describe('a process', () => {
  it('opens no more connections than the doctor and the documentation say', async () => {
    const database = await scratch();
    const installation = await start({ ...SECRETS, DATABASE_URL: database.url });
    const forged = { method: 'GET', headers: { Authorization: 'Bearer rg_none' } };
    await Promise.all(
      Array.from({ length: 200 }, () =>
        fetch(`${installation.url}/api/v1/flows`, forged).then((answer) => answer.text()),
      ),
    );
    const { rows } = await withClient(database.url, (client) =>
      client.query<{ name: string; count: number }>(
        `select application_name as name, count(*)::int as count from pg_stat_activity
         where datname = current_database() and application_name like 'replygraph%' group by 1 order by 1`,
      ),
    );
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    expect(total, JSON.stringify(rows)).toBeLessThanOrEqual(CONNECTIONS_PER_PROCESS.server);
    expect(total).toBeGreaterThan(4);
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
