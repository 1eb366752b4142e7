import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphSchema } from '../../engine/graph.ts';
import type { RetentionSettings } from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { SEEDED_EVENT } from '../http/testing/seed.ts';
import { createLog } from '../log.ts';
import type { PruneManner } from './prune.ts';
import { PRUNE_BATCH } from './prune.ts';
import { startRetention } from './retention-job.ts';
import { runRetention } from './retention-run.ts';
import { DEFAULT_RETENTION } from './retention-settings.ts';

const PATH = '/api/v1/settings/retention';
const DAY_MS = 86_400_000;

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let flowId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

beforeEach(async () => {
  workspace = await api.createWorkspace();
  const body = { name: 'Prices', graph: testGraph('x') };
  flowId = (await api.call('POST', '/api/v1/flows', { key: workspace.editor, body })).body.id;
});

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
const idOf = (at: Date) => v7({ msecs: at.getTime() });

/** An execution with a step, an effect and an approval, created and ended so many days ago. */
async function seedExecution(status: string, createdDaysAgo: number, finishedDaysAgo: number | null) {
  const createdAt = daysAgo(createdDaysAgo);
  const id = idOf(createdAt);
  await api.pool.query(
    `insert into flow_executions (id, workspace_id, flow_id, graph, trigger_node_id, status, event, created_at, finished_at)
     values ($1, $2, $3, $4, 'start', $5, $6, $7, $8)`,
    [
      id,
      workspace.id,
      flowId,
      graphSchema.parse(testGraph('x')),
      status,
      SEEDED_EVENT,
      createdAt,
      finishedDaysAgo === null ? null : daysAgo(finishedDaysAgo),
    ],
  );
  await api.pool.query(
    `with step as (
       insert into execution_steps (execution_id, node_id, workspace_id, status) values ($1, 'start', $2, 'succeeded')
     ), effect as (
       insert into effects (execution_id, node_id, key, workspace_id, status, description)
       values ($1, 'step', 'reply', $2, 'done', 'Reply')
     )
     insert into approvals (id, workspace_id, flow_id, execution_id, node_id, draft) values ($3, $2, $4, $1, 'step', 'Hi')`,
    [id, workspace.id, newId(), flowId],
  );
  return id;
}

async function seedEvent(
  status: 'accepted' | 'ignored',
  receivedDaysAgo: number,
  workspaceId: string | null,
) {
  const at = daysAgo(receivedDaysAgo);
  const id = idOf(at);
  await api.pool.query(
    `insert into webhook_events (id, workspace_id, scope, dedupe_key, kind, payload, status, received_at)
     values ($1, $2, 'app', $3, 'comment', '{}', $4, $5)`,
    [id, workspaceId, id, status, at],
  );
  return id;
}

/** A comment, a message, an item of the sandbox and a line of the audit log, all of that age. */
async function seedTalk(ageDays: number) {
  const at = daysAgo(ageDays);
  const [accountId, contactId, conversationId] = [newId(), newId(), newId()];
  await api.pool.query(
    `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
     values ($1, $2, 'instagram', $3, 'shop', 'x')`,
    [accountId, workspace.id, newId()],
  );
  await api.pool.query(
    'insert into contacts (id, workspace_id, account_id, external_id) values ($1, $2, $3, $4)',
    [contactId, workspace.id, accountId, '9001'],
  );
  await api.pool.query(
    'insert into conversations (id, workspace_id, account_id, contact_id) values ($1, $2, $3, $4)',
    [conversationId, workspace.id, accountId, contactId],
  );
  await api.pool.query(
    `insert into messages (id, workspace_id, conversation_id, external_id, direction, at)
     values ($1, $2, $3, 'm', 'in', $4)`,
    [idOf(at), workspace.id, conversationId, at],
  );
  await api.pool.query(
    `insert into comments (id, workspace_id, account_id, external_id, direction, text, at)
     values ($1, $2, $3, 'c', 'in', 'hi', $4)`,
    [idOf(at), workspace.id, accountId, at],
  );
  await api.pool.query(
    `insert into sandbox_items (workspace_id, account_external_id, kind, external_id, from_external_id, from_username, text, at)
     values ($1, '1', 'comment', $2, '2', 'mia', 'hi', $3)`,
    [workspace.id, newId(), at],
  );
  await api.pool.query(
    `insert into audit_log (id, workspace_id, actor_type, action, at) values ($1, $2, 'system', 'test.old', $3)`,
    [idOf(at), workspace.id, at],
  );
}

const put = (settings: Partial<RetentionSettings>, key = workspace.admin) =>
  api.call('PUT', PATH, { key, body: { ...DEFAULT_RETENTION, ...settings } });
const get = async () => (await api.call('GET', PATH, { key: workspace.admin })).body;

const unhurried = (): PruneManner => ({ rest: async () => {}, signal: new AbortController().signal });
const run = (manner = unhurried()) => runRetention(api.pool, manner);

async function idsOf(table: string): Promise<string[]> {
  const { rows } = await api.pool.query<{ id: string }>(
    `select id from ${table} where workspace_id = $1 order by id`,
    [workspace.id],
  );
  return rows.map(({ id }) => id);
}

async function countOf(table: string, where = 'true'): Promise<number> {
  const { rows } = await api.pool.query<{ count: number }>(
    `select count(*)::int as count from ${table} where workspace_id = $1 and ${where}`,
    [workspace.id],
  );
  return rows[0]?.count ?? -1;
}

describe('the settings of retention', () => {
  it('have defaults, are changed by an admin, and tell what they remove', async () => {
    await seedExecution('succeeded', 20, 20);
    expect(await get()).toMatchObject({
      settings: DEFAULT_RETENTION,
      preview: { executions: 0 },
      lastRun: null,
    });

    const changed = await put({ executionsDays: 10, messagesDays: null });

    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      settings: { ...DEFAULT_RETENTION, executionsDays: 10, messagesDays: null },
      preview: { executions: 1, failedExecutions: 0 },
    });
    expect(await get()).toEqual(changed.body);
    expect(await countOf('audit_log', `action = 'settings.retention_changed'`)).toBe(1);
  });

  it('are previewed without being changed', async () => {
    await seedExecution('failed', 20, 20);
    await seedTalk(20);
    const preview = await api.call('POST', `${PATH}/preview`, {
      key: workspace.admin,
      body: { ...DEFAULT_RETENTION, failedExecutionsDays: 10, messagesDays: 10, auditDays: 10 },
    });
    expect(preview.body).toEqual({
      executions: 0,
      failedExecutions: 1,
      events: 0,
      messages: 1,
      comments: 1,
      sandboxItems: 1,
      auditEntries: 1,
    });
    expect((await get()).settings).toEqual(DEFAULT_RETENTION);
  });

  it.each([
    ['two days', { eventsDays: 2 }, 'eventsDays', /3 days/],
    ['eleven years', { executionsDays: 4_000 }, 'executionsDays', /3,650/],
    ['half a day', { auditDays: 4.5 }, 'auditDays', /whole number/],
    ['words', { messagesDays: 'long' }, 'messagesDays', /whole number/],
  ])('refuse %s with field and reason, and change nothing', async (_, settings, path, message) => {
    const answer = await api.call('PUT', PATH, {
      key: workspace.admin,
      body: { ...DEFAULT_RETENTION, ...settings },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path, message: expect.stringMatching(message) }]);
    expect((await get()).settings).toEqual(DEFAULT_RETENTION);
  });

  it('refuse a name that means nothing', async () => {
    const answer = await put({ executionDays: 3 } as object);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('executionDays')]);
  });

  it('are not for editors', async () => {
    expect((await put({}, workspace.editor)).status).toBe(403);
    expect((await api.call('GET', PATH, { key: workspace.editor })).status).toBe(403);
  });

  it('say how much is stored', async () => {
    const { stored } = await get();
    expect(stored.map(({ kind }: { kind: string }) => kind)).toEqual([
      'executions',
      'events',
      'messages',
      'comments',
      'sandbox',
      'audit',
    ]);
    for (const { bytes } of stored) expect(bytes).toBeGreaterThan(0);
  });
});

describe('a run', () => {
  it('removes ended executions with all that hangs on them, by when they ended, and never an open one', async () => {
    const kept = [
      await seedExecution('waiting', 400, null),
      await seedExecution('queued', 400, null),
      await seedExecution('running', 400, null),
      await seedExecution('succeeded', 400, 89),
      await seedExecution('failed', 179, 179),
    ];
    await seedExecution('succeeded', 91, 91);
    await seedExecution('cancelled', 91, 91);
    await seedExecution('failed', 181, 181);

    await run();

    expect(await idsOf('flow_executions')).toEqual(kept.toSorted());
    for (const table of ['execution_steps', 'effects', 'approvals']) expect(await countOf(table)).toBe(5);
    expect((await get()).lastRun).toMatchObject({
      removed: { executions: 2, failedExecutions: 1, events: 0 },
    });
  });

  it('removes old events, accepted and ignored, but none that may come again', async () => {
    await put({ eventsDays: 3 });
    const young = [
      await seedEvent('accepted', 2.9, workspace.id),
      await seedEvent('ignored', 1, workspace.id),
    ];
    await seedEvent('accepted', 3.1, workspace.id);
    await seedEvent('ignored', 3.1, workspace.id);
    const stray = await seedEvent('ignored', 31, null);

    await run();

    expect(await idsOf('webhook_events')).toEqual(young.toSorted());
    expect((await api.pool.query('select 1 from webhook_events where id = $1', [stray])).rowCount).toBe(0);
  });

  it('removes none younger than three days, whatever stands in the table', async () => {
    await api.pool.query(`insert into settings (workspace_id, key, value) values ($1, 'retention', $2)`, [
      workspace.id,
      JSON.stringify({ eventsDays: 0, executionsDays: 1 }),
    ]);
    const event = await seedEvent('ignored', 2, workspace.id);
    const execution = await seedExecution('succeeded', 2, 2);
    await run();
    expect(await idsOf('webhook_events')).toEqual([event]);
    expect(await idsOf('flow_executions')).toEqual([execution]);
  });

  it('removes old messages, comments, sandbox items and audit entries, and keeps for ever what it is told to', async () => {
    await seedTalk(366);
    await run();
    for (const table of ['messages', 'comments', 'sandbox_items']) expect(await countOf(table)).toBe(0);
    expect(await countOf('audit_log', `action = 'test.old'`)).toBe(0);
    expect(await countOf('contacts')).toBe(1);

    await put({ messagesDays: null, auditDays: null });
    await seedTalk(3_000);
    await run();
    for (const table of ['messages', 'comments', 'sandbox_items']) expect(await countOf(table)).toBe(1);
    expect(await countOf('audit_log', `action = 'test.old'`)).toBe(1);
  });

  it('keeps to the settings of each workspace', async () => {
    await put({ executionsDays: null });
    const own = await seedExecution('succeeded', 400, 400);
    const first = workspace;
    workspace = await api.createWorkspace();
    const body = { name: 'Other', graph: testGraph('x') };
    flowId = (await api.call('POST', '/api/v1/flows', { key: workspace.editor, body })).body.id;
    await seedExecution('succeeded', 400, 400);

    await run();

    expect(await idsOf('flow_executions')).toEqual([]);
    workspace = first;
    expect(await idsOf('flow_executions')).toEqual([own]);
  });

  it('removes expired sessions and tickets and processes that are gone', async () => {
    const userId = newId();
    await api.pool.query(`insert into users (id, name, email) values ($1, 'Ann', $2)`, [
      userId,
      `${userId}@x.y`,
    ]);
    await api.pool.query(
      `insert into sessions (id, token, user_id, expires_at) values
         ($1, 'expired', $3, now() - interval '1 minute'), ($2, 'valid', $3, now() + interval '1 day')`,
      [newId(), newId(), userId],
    );
    await api.pool.query(
      `insert into verifications (id, identifier, value, expires_at) values ($1, 'old', 'x', now() - interval '1 minute')`,
      [newId()],
    );
    await api.pool.query(
      `insert into processes (id, role, host, version, seen_at) values
         ('gone', 'worker', 'a', '1', now() - interval '2 days'), ('here', 'worker', 'a', '1', now())`,
    );

    await run();

    const count = async (table: string) =>
      (await api.pool.query(`select count(*)::int as count from ${table}`)).rows[0].count;
    expect(await count(`sessions where user_id = '${userId}'`)).toBe(1);
    expect(await count(`verifications where identifier = 'old'`)).toBe(0);
    expect((await api.pool.query('select id from processes')).rows).toEqual([{ id: 'here' }]);
  });

  it('cancels what a deleted flow left open', async () => {
    const [waiting, running] = [
      await seedExecution('waiting', 1, null),
      await seedExecution('running', 1, null),
    ];
    await api.pool.query('update flows set deleted_at = now() where id = $1', [flowId]);
    await run();
    const { rows } = await api.pool.query('select id, status from flow_executions where workspace_id = $1', [
      workspace.id,
    ]);
    expect(rows).toEqual(
      expect.arrayContaining([
        { id: waiting, status: 'cancelled' },
        { id: running, status: 'running' },
      ]),
    );
  });

  it('goes over more than one batch, past what it keeps, and rests in between', async () => {
    const at = daysAgo(120);
    await api.pool.query(
      `insert into flow_executions (id, workspace_id, flow_id, trigger_node_id, status, event, created_at, finished_at)
       select gen_random_uuid(), $1, $2, 'start', case when n % 2 = 0 then 'succeeded' else 'failed' end, '{}',
         $3::timestamptz + make_interval(secs => n), $3::timestamptz + make_interval(secs => n)
       from generate_series(1, $4::int) n`,
      [workspace.id, flowId, at, 2 * PRUNE_BATCH + 10],
    );
    let rests = 0;
    const { signal } = new AbortController();
    await run({ rest: async () => void rests++, signal });
    expect(await countOf('flow_executions', `status = 'succeeded'`)).toBe(0);
    expect(await countOf('flow_executions', `status = 'failed'`)).toBe(PRUNE_BATCH + 5);
    expect(rests).toBe(1);
  });

  it('passes over a row that somebody holds, and takes it the next time', async () => {
    const held = await seedExecution('failed', 200, 200);
    await seedExecution('failed', 200, 200);
    const client = await api.pool.connect();
    await client.query('begin');
    await client.query('select 1 from flow_executions where id = $1 for update', [held]);
    await run();
    expect(await idsOf('flow_executions')).toEqual([held]);
    await client.query('commit');
    client.release();
    await run();
    expect(await idsOf('flow_executions')).toEqual([]);
  });

  it('is made by one process at a time', async () => {
    await seedExecution('succeeded', 400, 400);
    const runs = await Promise.all([run(), run(), run()]);
    expect(runs.filter((ended) => ended !== null).length).toBeGreaterThanOrEqual(1);
    expect(runs.reduce((sum, ended) => sum + (ended?.removed ?? 0), 0)).toBe(1);
  });

  it('is not made again right away', async () => {
    await run();
    await seedExecution('succeeded', 400, 400);
    expect(await runRetention(api.pool, unhurried(), { unlessWithinSeconds: 600 })).toBeNull();
    expect(await countOf('flow_executions')).toBe(1);
  });

  it('stops between two statements, is not noted as done, and leaves no lock behind', async () => {
    await api.pool.query(
      `insert into webhook_events (id, workspace_id, scope, dedupe_key, kind, payload, status, received_at)
       select gen_random_uuid(), $1, 'app', 'event ' || n, 'comment', '{}', 'ignored', now() - interval '99 days'
       from generate_series(1, $2::int) n`,
      [workspace.id, 2 * PRUNE_BATCH],
    );
    const stopping = new AbortController();
    await run({ rest: async () => stopping.abort(), signal: stopping.signal });
    expect(await countOf('webhook_events')).toBe(PRUNE_BATCH);
    expect((await get()).lastRun).toBeNull();
    await run();
    expect(await countOf('webhook_events')).toBe(0);
  });
});

describe('the job', () => {
  it('prunes by itself shortly after the start, and stops when asked', async () => {
    await api.pool.query(`delete from settings where key = 'retention-last-run'`);
    await seedExecution('succeeded', 400, 400);
    const job = startRetention({ pool: api.pool, log: createLog('silent'), firstAfterMs: 0 });
    await expect.poll(() => countOf('flow_executions'), { timeout: 20_000 }).toBe(0);
    await job.stop();
  });
});
