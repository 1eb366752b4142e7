import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelExecution } from '../executions/cancel-execution.ts';
import { retryExecution } from '../executions/retry-execution.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { seedExecution } from '../http/testing/seed.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let key: string;
let flowId: string;

beforeAll(async () => {
  api = await startApi({
    executions: {
      retry: (workspaceId, id) => retryExecution(api.pool, workspaceId, id),
      cancel: async (workspaceId, id) => void (await cancelExecution(api.pool, workspaceId, id)),
    },
  });
});
afterAll(() => api.close());

beforeEach(async () => {
  workspace = await api.createWorkspace();
  key = workspace.editor;
  flowId = await createFlow('Reply');
});

async function createFlow(name: string): Promise<string> {
  const body = { name, graph: testGraph('x') };
  return (await api.call('POST', '/api/v1/flows', { key, body })).body.id;
}

/** A failed execution of the step, an hour ago unless said otherwise. */
async function seedFailed({
  flow = flowId,
  code = 'instagram_busy',
  nodeId = 'step',
  createdAt = hoursAgo(1),
} = {}) {
  const { executionId } = await seedExecution(api.pool, workspace.id, {
    flowId: flow,
    status: 'failed',
    createdAt,
  });
  await api.pool.query('update flow_executions set error = $2, finished_at = created_at where id = $1', [
    executionId,
    { code, message: `${code}, said Instagram`, nodeId },
  ]);
  return executionId;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const failures = async (query = '') =>
  (await api.call('GET', `/api/v1/executions/failures${query}`, { key })).body;
const retry = (body: unknown, as = key) => api.call('POST', '/api/v1/executions/retry', { key: as, body });
const cancel = (body: unknown, as = key) => api.call('POST', '/api/v1/executions/cancel', { key: as, body });

async function statuses(ids: string[]): Promise<string[]> {
  const { rows } = await api.pool.query<{ id: string; status: string }>(
    'select id, status from flow_executions where id = any($1)',
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.status ?? 'gone');
}

describe('failures', () => {
  it('are counted by error and node, the largest group first', async () => {
    const other = await createFlow('Other');
    await seedFailed({ createdAt: hoursAgo(3) });
    await seedFailed({ createdAt: hoursAgo(2) });
    await seedFailed({ code: 'token_invalid' });
    await seedFailed({ flow: other });
    await seedExecution(api.pool, workspace.id, { flowId, status: 'succeeded' });

    const answer = await failures();

    expect(answer).toMatchObject({ total: 4, isCapped: false });
    expect(answer.groups).toHaveLength(3);
    expect(answer.groups[0]).toMatchObject({
      flowId,
      flowName: 'Reply',
      nodeId: 'step',
      nodeName: 'Step',
      errorCode: 'instagram_busy',
      message: 'instagram_busy, said Instagram',
      count: 2,
    });
    expect(answer.groups[0].firstAt < answer.groups[0].lastAt).toBe(true);
  });

  it('are narrowed by flow, error, node and time, as is the list', async () => {
    const other = await createFlow('Other');
    const wanted = await seedFailed({ code: 'token_invalid', nodeId: 'start', createdAt: hoursAgo(5) });
    await seedFailed({ code: 'token_invalid', nodeId: 'start', createdAt: hoursAgo(50) });
    await seedFailed({ code: 'token_invalid', nodeId: 'step', createdAt: hoursAgo(5) });
    await seedFailed({ nodeId: 'start', createdAt: hoursAgo(5) });
    await seedFailed({ code: 'token_invalid', nodeId: 'start', flow: other, createdAt: hoursAgo(5) });
    const since = encodeURIComponent(hoursAgo(24));
    const until = encodeURIComponent(hoursAgo(1));
    const query = `flowId=${flowId}&errorCode=token_invalid&nodeId=start&since=${since}&until=${until}`;

    expect((await failures(`?${query}`)).total).toBe(1);
    const list = await api.call('GET', `/api/v1/executions?status=failed&${query}`, { key });
    expect(list.body.items.map((item: { id: string }) => item.id)).toEqual([wanted]);
  });

  it('of a deleted flow are left out', async () => {
    await seedFailed();
    await api.call('DELETE', `/api/v1/flows/${flowId}`, { key });
    expect(await failures()).toMatchObject({ total: 0, groups: [] });
  });

  it('without a code have a name all the same', async () => {
    const id = await seedFailed();
    await api.pool.query('update flow_executions set error = null where id = $1', [id]);
    expect((await failures()).groups).toMatchObject([{ errorCode: 'unknown', nodeId: null, nodeName: null }]);
    expect((await retry({ filter: { errorCode: 'unknown' } })).body).toMatchObject({ retried: 1 });
  });
});

describe('retrying many', () => {
  it('by ids queues those that failed and says why the others are left alone', async () => {
    const failed = await seedFailed();
    const { executionId: succeeded } = await seedExecution(api.pool, workspace.id, {
      flowId,
      status: 'succeeded',
    });
    const unknown = '0198c0de-0000-7000-8000-000000000001';

    const answer = await retry({ ids: [failed, succeeded, unknown] });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      retried: 1,
      skipped: [
        { id: succeeded, reason: expect.stringContaining('succeeded') },
        { id: unknown, reason: expect.stringContaining('no such execution') },
      ],
      nextCursor: null,
    });
    expect(await statuses([failed, succeeded])).toEqual(['queued', 'succeeded']);
  });

  it('by filter takes exactly what the filter names', async () => {
    const wanted = [await seedFailed(), await seedFailed({ createdAt: hoursAgo(9) })];
    const other = await seedFailed({ code: 'token_invalid' });
    const answer = await retry({ filter: { errorCode: 'instagram_busy', flowId } });
    expect(answer.body).toEqual({ retried: 2, skipped: [], nextCursor: null });
    expect(await statuses([...wanted, other])).toEqual(['queued', 'queued', 'failed']);
  });

  it('retries each once, however often it is asked at once', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => seedFailed()));
    const answers = await Promise.all([retry({ ids }), retry({ ids }), retry({ filter: {} })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.retried, 0)).toBe(30);
  });

  it('leaves alone what has failed again since the person looked', async () => {
    const [first, second] = [await seedFailed(), await seedFailed()];
    const { asOf } = await failures();
    await api.pool.query('update flow_executions set finished_at = now() where id = $1', [first]);
    expect((await retry({ filter: {}, finishedBefore: asOf })).body.retried).toBe(1);
    expect((await retry({ ids: [first, second], finishedBefore: asOf })).body).toMatchObject({
      retried: 0,
      skipped: [{ id: first, reason: expect.stringContaining('after the time') }, { id: second }],
    });
    expect(await statuses([first, second])).toEqual(['failed', 'queued']);
  });

  it('takes at most a thousand a call, the oldest first, and goes on from there', async () => {
    await api.pool.query(
      `insert into flow_executions (id, workspace_id, flow_id, trigger_node_id, status, event, created_at, finished_at)
       select gen_random_uuid(), $1, $2, 'start', 'failed', '{}', now() - make_interval(secs => n), now()
       from generate_series(1, 1005) n`,
      [workspace.id, flowId],
    );
    const first = await retry({ filter: {} });
    expect(first.body).toMatchObject({ retried: 1_000, nextCursor: expect.any(String) });
    const { rows } = await api.pool.query(
      `select bool_and(created_at > now() - interval '10 seconds') as young from flow_executions
       where workspace_id = $1 and status = 'failed'`,
      [workspace.id],
    );
    expect(rows).toEqual([{ young: true }]);
    const second = await retry({ filter: {}, cursor: first.body.nextCursor });
    expect(second.body).toEqual({ retried: 5, skipped: [], nextCursor: null });
  });

  it('does not wake a flow that was deleted', async () => {
    const failed = await seedFailed();
    await api.call('DELETE', `/api/v1/flows/${flowId}`, { key });
    expect((await retry({ filter: {} })).body).toMatchObject({ retried: 0, skipped: [] });
    expect((await retry({ ids: [failed] })).body.skipped).toEqual([
      { id: failed, reason: 'Its flow was deleted.' },
    ]);
  });

  it('stands in the audit log', async () => {
    await seedFailed();
    await retry({ filter: { errorCode: 'instagram_busy' } });
    await retry({ filter: { errorCode: 'instagram_busy' } });
    const { rows } = await api.pool.query(
      `select data from audit_log where action = 'executions.retried' and workspace_id = $1`,
      [workspace.id],
    );
    expect(rows).toEqual([{ data: { filter: { errorCode: 'instagram_busy' }, count: 1, skipped: 0 } }]);
  });

  it('is not for viewers, and reaches no other workspace', async () => {
    const failed = await seedFailed();
    const other = await api.createWorkspace();
    expect((await retry({ ids: [failed] }, workspace.viewer)).status).toBe(403);
    expect((await retry({ ids: [failed] }, other.admin)).body).toMatchObject({
      retried: 0,
      skipped: [{ id: failed }],
    });
    expect((await retry({ filter: {} }, other.admin)).body.retried).toBe(0);
    expect((await retry({ filter: { flowId } }, other.admin)).body.retried).toBe(0);
    expect(await statuses([failed])).toEqual(['failed']);
  });

  it.each([
    ['neither ids nor filter', {}, 'ids'],
    ['both', { ids: ['0198c0de-0000-7000-8000-000000000001'], filter: {} }, 'ids'],
    ['no ids', { ids: [] }, 'ids'],
    ['an id that is none', { ids: ['x'] }, 'ids.0'],
    ['a filter of an unknown name', { filter: { flowID: '1' } }, 'filter'],
    ['a time that is none', { filter: { since: 'yesterday' } }, 'filter.since'],
    ['a cursor of somebody else', { filter: {}, cursor: 'abc' }, 'cursor'],
  ])('refuses %s with field and reason, and retries nothing', async (_, body, path) => {
    const failed = await seedFailed();
    const answer = await retry(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe(path);
    expect(await statuses([failed])).toEqual(['failed']);
  });
});

describe('cancelling many', () => {
  const seed = async (status: string, flow = flowId) =>
    (await seedExecution(api.pool, workspace.id, { flowId: flow, status })).executionId;

  it('takes what is queued or waits, by filter or by ids, and nothing that runs or has ended', async () => {
    const [queued, waiting, running, succeeded] = [
      await seed('queued'),
      await seed('waiting'),
      await seed('running'),
      await seed('succeeded'),
    ];
    expect((await cancel({ filter: { status: 'queued' } })).body).toMatchObject({
      cancelled: 1,
      skipped: [],
    });
    const answer = await cancel({ ids: [queued, waiting, running, succeeded] });
    expect(answer.body.cancelled).toBe(1);
    expect(answer.body.skipped.map(({ id }: { id: string }) => id)).toEqual([queued, running, succeeded]);
    expect(await statuses([queued, waiting, running, succeeded])).toEqual([
      'cancelled',
      'cancelled',
      'running',
      'succeeded',
    ]);
  });

  it('keeps to its flow and its workspace, stands in the audit log, and is not for viewers', async () => {
    const other = await createFlow('Other');
    const [own, others] = [await seed('queued'), await seed('queued', other)];
    const stranger = await api.createWorkspace();
    expect((await cancel({ filter: {} }, workspace.viewer)).status).toBe(403);
    expect((await cancel({ filter: {} }, stranger.admin)).body.cancelled).toBe(0);
    expect((await cancel({ filter: { flowId: other } })).body.cancelled).toBe(1);
    expect(await statuses([own, others])).toEqual(['queued', 'cancelled']);
    const { rows } = await api.pool.query(
      `select data->>'count' as count from audit_log where action = 'executions.cancelled' and workspace_id = $1`,
      [workspace.id],
    );
    expect(rows).toEqual([{ count: '1' }]);
  });
});
