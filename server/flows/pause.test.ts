import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { seedExecution } from '../http/testing/seed.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let key: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.createWorkspace();
  key = workspace.editor;
});
afterAll(() => api.close());

async function createFlow({ isPublished = true } = {}): Promise<string> {
  const body = { name: 'Prices', graph: testGraph('x') };
  const { id } = (await api.call('POST', '/api/v1/flows', { key, body })).body;
  if (isPublished) await post(id, 'publish');
  return id;
}

const post = (id: string, action: string, as = key) =>
  api.call('POST', `/api/v1/flows/${id}/${action}`, { key: as });
const show = async (id: string) => (await api.call('GET', `/api/v1/flows/${id}`, { key })).body;
const seed = (flowId: string, status: string) => seedExecution(api.pool, workspace.id, { flowId, status });

async function statusOf(executionId: string): Promise<string> {
  const { rows } = await api.pool.query('select status from flow_executions where id = $1', [executionId]);
  return rows[0].status;
}

/** Whether the executions were told to take up what waited. */
const wasTakenUp = (flowId: string) =>
  api.calls.some(({ name, argument }) => name === 'flowResumed' && argument === flowId);

describe('a flow', () => {
  it('is paused and resumed, telling watchers and the audit log', async () => {
    const id = await createFlow();
    const before = api.published.length;

    const paused = await post(id, 'pause');
    expect(paused.status).toBe(200);
    expect(paused.body).toMatchObject({
      status: 'published',
      pausedAt: expect.any(String),
      queuedExecutions: 0,
    });

    expect(wasTakenUp(id)).toBe(false);

    const resumed = await post(id, 'resume');
    expect(wasTakenUp(id)).toBe(true);
    expect(resumed.body).toMatchObject({ status: 'published', pausedAt: null, queuedExecutions: 0 });
    expect(api.published.slice(before).map(({ event }) => [event.type, event.flowId])).toEqual([
      ['flow.published', id],
      ['flow.published', id],
    ]);
    const { rows } = await api.pool.query(
      'select action from audit_log where target_id = $1 order by at, id',
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['flow.published', 'flow.paused', 'flow.resumed']);
  });

  it('tells while it is paused how many events wait, in the list too', async () => {
    const id = await createFlow();
    await seed(id, 'queued');
    await seed(id, 'queued');
    await seed(id, 'waiting');
    expect((await show(id)).queuedExecutions).toBe(0);

    expect((await post(id, 'pause')).body.queuedExecutions).toBe(2);

    const list = await api.call('GET', '/api/v1/flows', { key });
    expect(list.body.items.find((flow: { id: string }) => flow.id === id)).toMatchObject({
      pausedAt: expect.any(String),
      queuedExecutions: 2,
    });
  });

  it('is paused once, however often it is asked at once', async () => {
    const id = await createFlow();
    const answers = await Promise.all([post(id, 'pause'), post(id, 'pause'), post(id, 'pause')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ detail: 'The flow is paused already.' });
  });

  it('that is no longer paused, or not published, says why it can’t be', async () => {
    const draft = await createFlow({ isPublished: false });
    expect((await post(draft, 'pause')).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('not published'),
    });
    expect((await post(await createFlow(), 'resume')).body).toMatchObject({
      status: 409,
      detail: 'The flow is not paused.',
    });
  });

  it('is not paused by a viewer, nor by another workspace', async () => {
    const id = await createFlow();
    const other = await api.createWorkspace();
    for (const action of ['pause', 'resume']) {
      expect((await post(id, action, workspace.viewer)).status).toBe(403);
      expect((await post(id, action, other.admin)).status).toBe(404);
    }
    expect((await show(id)).pausedAt).toBeNull();
  });

  it('stays paused when a new version is published, and is not when it is unpublished', async () => {
    const id = await createFlow();
    await post(id, 'pause');
    await api.call('PUT', `/api/v1/flows/${id}`, { key, body: { graph: testGraph('two'), revision: 1 } });
    expect((await post(id, 'publish')).body).toMatchObject({
      publishedVersion: 2,
      pausedAt: expect.any(String),
    });
    expect((await post(id, 'unpublish')).body).toMatchObject({ status: 'draft', pausedAt: null });
    expect(wasTakenUp(id)).toBe(true);
    expect((await post(id, 'publish')).body.pausedAt).toBeNull();
  });

  it('that is deleted leaves nothing behind that would still start; what runs or has run stays', async () => {
    const id = await createFlow();
    const other = await createFlow();
    const queued = await seed(id, 'queued');
    const waiting = await seed(id, 'waiting');
    const running = await seed(id, 'running');
    const succeeded = await seed(id, 'succeeded');
    const others = await seed(other, 'queued');

    expect((await api.call('DELETE', `/api/v1/flows/${id}`, { key })).status).toBe(204);

    expect(await statusOf(queued.executionId)).toBe('cancelled');
    expect(await statusOf(waiting.executionId)).toBe('cancelled');
    expect(await statusOf(running.executionId)).toBe('running');
    expect(await statusOf(succeeded.executionId)).toBe('succeeded');
    expect(await statusOf(others.executionId)).toBe('queued');
    const { rows } = await api.pool.query('select status from approvals where id = any($1) order by status', [
      [waiting.approvalId, others.approvalId],
    ]);
    expect(rows.map(({ status }) => status)).toEqual(['cancelled', 'pending']);
  });
});
