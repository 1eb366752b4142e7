import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { duration, findingLines, size } from './finding.ts';
import type { ConfigurationFacts, SecretFacts } from './judge-configuration.ts';
import { judgeConfiguration } from './judge-configuration.ts';
import type { DataFolderFacts } from './judge-data-folder.ts';
import { judgeDataFolder } from './judge-data-folder.ts';
import type { DatabaseFacts } from './judge-database.ts';
import { judgeDatabase } from './judge-database.ts';
import type { QueueFacts } from './judge-queue.ts';
import { judgeQueue } from './judge-queue.ts';
import type { DoorFacts, WebhookFacts } from './judge-webhooks.ts';
import { judgeWebhooks } from './judge-webhooks.ts';
import type { WorkFacts } from './judge-work.ts';
import { judgeWork } from './judge-work.ts';

/** What is not fine, as `level text`. */
const troubles = (findings: Finding[]) =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, text }) => `${level} ${text}`);

/** Nothing is wrong, or exactly this is. */
function expectTrouble(findings: Finding[], trouble: string | null): void {
  expect(troubles(findings)).toEqual(trouble === null ? [] : [expect.stringContaining(trouble)]);
  for (const { level, todo } of findings) expect(todo !== undefined, 'says what to do').toBe(level !== 'ok');
}

describe('configuration', () => {
  const fine: ConfigurationFacts = {
    nodeVersion: '24.1.0',
    errors: [],
    setNames: ['DATABASE_URL', 'PATH', 'HOSTNAME', 'NODE_ENV'],
    knownNames: ['DATABASE_URL', 'REDIS_URL', 'HOST', 'PORT', 'LOG_LEVEL', 'META_VERIFY_TOKEN'],
    secrets: [],
    secretsFileMode: null,
  };
  const secret = (change: Partial<SecretFacts>): SecretFacts => ({
    name: 'APP_SECRET',
    length: 64,
    distinctCharacters: 16,
    mark: 'a',
    isExample: false,
    ...change,
  });

  it.each<[Partial<ConfigurationFacts>, string | null]>([
    [{}, null],
    [{ nodeVersion: '22.3.0' }, 'broken version 22.3.0 is too old'],
    [{ errors: ['PORT: must be a number'] }, 'broken PORT: must be a number'],
    [{ setNames: ['DATABSE_URL'] }, 'warning DATABSE_URL is set, which nothing reads'],
    [{ setNames: ['REDIS_URI'] }, 'warning REDIS_URI is set'],
    [{ setNames: ['LOGLEVEL'] }, 'warning LOGLEVEL is set'],
    [{ setNames: ['META_VERFIY_TOKN'] }, 'warning META_VERFIY_TOKN is set'],
    [{ setNames: ['PORTS', 'POST', 'HOSTS', 'POSTGRES_PASSWORD'] }, null],
    [{ setNames: ['REDIS_URL', 'REDIS_URL2'] }, null],
    [{ secrets: [secret({})] }, null],
    [{ secrets: [secret({ length: 20 })] }, 'warning APP_SECRET can be guessed'],
    [{ secrets: [secret({ distinctCharacters: 2 })] }, 'warning APP_SECRET can be guessed'],
    [{ secrets: [secret({ isExample: true })] }, 'warning APP_SECRET is a value from an example'],
    [
      { secrets: [secret({}), secret({ name: 'ENCRYPTION_KEY' })] },
      'warning APP_SECRET and ENCRYPTION_KEY are the same',
    ],
    [{ secrets: [secret({}), secret({ name: 'ENCRYPTION_KEY', mark: 'b' })] }, null],
    [{ secretsFileMode: 0o600 }, null],
    [{ secretsFileMode: 0o640 }, 'broken others can read secrets.json (mode 640)'],
  ])('%j', (change, trouble) => expectTrouble(judgeConfiguration({ ...fine, ...change }), trouble));
});

describe('the data folder', () => {
  const fine: DataFolderFacts = {
    path: '/data',
    exists: true,
    isWritable: true,
    freeBytes: 50e9,
    lockedBy: 7,
    database: 'ready',
  };
  it.each<[Partial<DataFolderFacts>, string | null]>([
    [{}, null],
    [{ freeBytes: null }, null],
    [{ isWritable: false }, 'broken /data is not writable'],
    [{ freeBytes: 0.9e9 }, 'warning 900 MB free'],
    [{ freeBytes: 150e6 }, 'broken 150 MB free'],
    [{ lockedBy: null }, 'warning runs, but the process that started it is gone'],
    [{ database: 'stopped', lockedBy: null }, 'warning is stopped'],
    [{ database: 'stopped' }, 'broken does not run, though process 7 holds the folder'],
    [{ database: 'busy' }, 'warning starts, recovers or stops'],
    [{ database: 'absent' }, 'broken runs but does not listen'],
    [{ database: 'wrong-password' }, 'broken does not take the password'],
    [{ database: 'no-password-file' }, 'broken does not take the password'],
  ])('%j', (change, trouble) => expectTrouble(judgeDataFolder({ ...fine, ...change }), trouble));
});

describe('the database', () => {
  type Reachable = Extract<DatabaseFacts, { isReachable: true }>;
  const on = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', autovacuum: 'on' };
  const fine: Reachable = {
    isReachable: true,
    version: 17,
    migrations: { state: 'current' },
    mayCreateSchemas: true,
    clockAheadMs: -300,
    maxConnections: 100,
    usedConnections: 40,
    connectionsPerProcess: 31,
    settings: on,
    tables: [{ name: 'effects', bytes: 5e6, rows: 100, deadRows: 5_000 }],
    longTransactions: [],
  };
  it.each<[Partial<Reachable>, string | null]>([
    [{}, null],
    [{ tables: [] }, null],
    [{ version: 14 }, 'broken PostgreSQL 14 is too old'],
    [{ migrations: { state: 'pending', count: 2 } }, 'warning 2 migrations of this version did not run yet'],
    [{ migrations: { state: 'none' } }, 'warning has no tables of Replygraph yet'],
    [
      { migrations: { state: 'none' }, mayCreateSchemas: false },
      'broken has no tables yet, and this login may not',
    ],
    [{ migrations: { state: 'newer' } }, 'broken was migrated by a newer version'],
    [{ migrations: { state: 'unknown' } }, 'broken was migrated by another program'],
    [{ clockAheadMs: 90_000 }, "warning its clock is 90 seconds ahead of this machine's"],
    [{ clockAheadMs: -7_200_000 }, "warning its clock is 2 hours behind this machine's"],
    [{ usedConnections: 70 }, 'warning 30 of 100 connections are free; one more process opens up to 31'],
    [{ settings: { ...on, fsync: 'off' } }, 'warning fsync is off'],
    [{ settings: { ...on, full_page_writes: 'off' } }, 'warning full_page_writes is off'],
    [{ settings: { ...on, synchronous_commit: 'off' } }, 'warning synchronous_commit is off'],
    [{ settings: { ...on, autovacuum: 'off' } }, 'warning autovacuum is off'],
    [
      { tables: [{ name: 'effects', bytes: 5e6, rows: 100, deadRows: 200_000 }] },
      'warning effects has 200,000 dead rows for 100 live ones',
    ],
    [{ tables: [{ name: 'effects', bytes: 5e6, rows: 900_000, deadRows: 200_000 }] }, null],
    [{ tables: [{ name: 'effects', bytes: 30e9, rows: 100, deadRows: 0 }] }, 'warning effects takes 30.0 GB'],
    [
      { longTransactions: [{ pid: 5, application: 'psql', seconds: 4_000 }] },
      'warning a transaction of psql is open for 67 minutes (pid 5)',
    ],
  ])('%j', (change, trouble) => expectTrouble(judgeDatabase({ ...fine, ...change }), trouble));

  it('that can not be reached says why', () => {
    expectTrouble(
      judgeDatabase({ isReachable: false, reason: 'no route' }),
      "broken can't be used: no route",
    );
  });
});

describe('the queue', () => {
  const redis: QueueFacts = {
    kind: 'redis',
    isReachable: true,
    version: '7.2.4',
    maxMemoryPolicy: 'noeviction',
    usedBytes: 1e6,
    maxBytes: 0,
    isPersistent: false,
    waitingJobs: 1,
  };
  it.each<[QueueFacts, string | null]>([
    [redis, null],
    [{ ...redis, version: '6.2.0' }, null],
    [{ ...redis, version: '10.0.1' }, null],
    [{ ...redis, version: '6.0.16' }, 'broken Redis 6.0.16 is too old'],
    [
      { ...redis, maxMemoryPolicy: 'allkeys-lru' },
      'warning Redis may evict jobs (maxmemory-policy allkeys-lru)',
    ],
    [{ ...redis, usedBytes: 95e6, maxBytes: 100e6 }, 'warning Redis uses 95 MB of 100 MB'],
    [
      { kind: 'redis', isReachable: false, reason: 'ECONNREFUSED' },
      "broken Redis can't be reached: ECONNREFUSED",
    ],
    [{ kind: 'postgresql', hasSchema: true, waitingJobs: 0 }, null],
    [{ kind: 'postgresql', hasSchema: false, waitingJobs: 0 }, 'warning has no tables on PostgreSQL yet'],
    [{ kind: 'unknown', reason: 'it is in the database' }, 'warning was not looked at'],
  ])('%j', (facts, trouble) => expectTrouble(judgeQueue(facts), trouble));
});

describe('the work', () => {
  const one = { role: 'all', host: 'a', version: '1' } as const;
  const fine: WorkFacts = {
    isEmbedded: false,
    isRunning: true,
    processes: [one],
    executions: { queued: 3, running: 1, waiting: 2, failed: 0 },
    oldestQueuedSeconds: 4,
    pausedFlows: 0,
    uncertainEffects: 0,
    accountsWithoutLogin: [],
    realAccounts: 1,
  };
  it.each<[Partial<WorkFacts>, number | null, string | null]>([
    [{}, 3, null],
    [
      {
        processes: [
          { ...one, role: 'server' },
          { ...one, role: 'worker' },
        ],
      },
      3,
      null,
    ],
    [{ isEmbedded: true, processes: [] }, 3, null],
    [{ isEmbedded: true, isRunning: false, processes: [], oldestQueuedSeconds: 900 }, 3, null],
    [{ processes: [], isRunning: false }, 3, 'warning none runs on this database'],
    [{ processes: [{ ...one, role: 'server' }] }, 3, 'broken no worker runs'],
    [{ processes: [{ ...one, role: 'worker' }] }, 3, 'broken no server runs'],
    [{ processes: [one, { ...one, version: '2' }] }, 3, 'warning different versions run: 1, 2'],
    [{ oldestQueuedSeconds: 600 }, 3, 'warning 3 executions in the queue, the oldest for 10 minutes'],
    [
      { oldestQueuedSeconds: 600, executions: { ...fine.executions, running: 0 } },
      0,
      'broken 3 executions in the queue, the oldest for 10 minutes, and nobody takes them',
    ],
    [{ pausedFlows: 1 }, 3, 'warning 1 flow is paused'],
    [{ uncertainEffects: 2 }, 3, 'warning 2 effects are uncertain'],
    [{ executions: { ...fine.executions, failed: 1 } }, 3, 'warning 1 execution has failed'],
    [{ accountsWithoutLogin: ['shop'] }, 3, 'broken @shop needs a new login'],
  ])('%j with %j jobs', (change, jobs, trouble) => {
    expectTrouble(judgeWork({ ...fine, ...change }, jobs), trouble);
  });
});

describe('the webhook', () => {
  const open: DoorFacts = { readiness: 200, notReady: null, handshake: 'answered', wrongSignature: 401 };
  const fine: WebhookFacts = {
    publicUrl: 'https://flows.example.com',
    publicUrlKind: 'public',
    local: open,
    outside: open,
    hasAppSecret: true,
    realAccounts: 1,
  };
  const none = { publicUrl: null, publicUrlKind: null, outside: null };
  it.each<[Partial<WebhookFacts>, string | null]>([
    [{}, null],
    [{ ...none, realAccounts: 0 }, null],
    [none, 'broken PUBLIC_URL is not set'],
    [
      { publicUrlKind: 'private' },
      'broken PUBLIC_URL https://flows.example.com is an address of this machine',
    ],
    [
      { publicUrlKind: 'private', realAccounts: 0 },
      'warning PUBLIC_URL https://flows.example.com is an address',
    ],
    [{ publicUrlKind: 'unresolved', outside: null }, 'broken the name in PUBLIC_URL'],
    [{ publicUrl: 'http://flows.example.com' }, 'warning PUBLIC_URL http://flows.example.com is not https'],
    [{ hasAppSecret: false }, 'broken META_APP_SECRET is not set, though a real account is connected'],
    [{ hasAppSecret: false, realAccounts: 0 }, null],
    [{ local: null }, null],
    [{ local: { ...open, readiness: 'ECONNREFUSED' } }, 'warning does not answer here (ECONNREFUSED)'],
    [{ local: { ...open, readiness: 503, notReady: 'queue' } }, 'broken is not ready: queue'],
    [{ local: { ...open, handshake: 'refused' } }, 'broken refuses the verify token here'],
    [{ local: { ...open, handshake: null } }, null],
    [
      { outside: { ...open, readiness: 'no answer within 5 s' } },
      'broken https://flows.example.com does not answer',
    ],
    [{ outside: { ...open, handshake: 'status 404' } }, 'broken does not answer the handshake at https://'],
    [
      { outside: { ...open, wrongSignature: 200 } },
      'broken answers 200, not 401, to a wrong signature at https://',
    ],
  ])('%j', (change, trouble) => expectTrouble(judgeWebhooks({ ...fine, ...change }), trouble));
});

describe('findings', () => {
  it('are one line each, with what to do, and counted', () => {
    const findings: Finding[] = [
      { level: 'ok', subject: 'node', text: 'fine' },
      { level: 'broken', subject: 'queue', text: 'gone', todo: 'bring it back' },
    ];
    expect(findingLines(findings)).toEqual([
      '✓ node: fine',
      '✗ queue: gone → bring it back',
      '',
      '1 broken, 0 to look at, 1 fine.',
    ]);
  });

  it.each([
    [duration(1), '1 second'],
    [duration(119), '119 seconds'],
    [duration(600), '10 minutes'],
    [duration(200_000), '2 days'],
    [size(1_500), '2 KB'],
    [size(2e9), '2.0 GB'],
  ])('%s', (words, expected) => expect(words).toBe(expected));
});
