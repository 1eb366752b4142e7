import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { SEEDED_EVENT, seedExecution } from '../http/testing/seed.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let key: string;
let flowId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.createWorkspace();
  key = workspace.editor;
  flowId = await createFlow();
});
afterAll(() => api.close());

async function createFlow(): Promise<string> {
  const body = { name: 'Prices', graph: testGraph('x') };
  return (await api.call('POST', '/api/v1/flows', { key, body })).body.id;
}

describe('an execution', () => {
  it('is shown with its event, graph, steps in order and effects', async () => {
    const { executionId } = await seedExecution(api.pool, workspace.id, { flowId });

    const answer = await api.call('GET', `/api/v1/executions/${executionId}`, { key });

    expect(answer.body).toMatchObject({
      id: executionId,
      flowName: 'Prices',
      status: 'waiting',
      title: '@mia: how much is it?',
      event: SEEDED_EVENT,
      graph: { nodes: [{ id: 'start' }, { id: 'step' }] },
      steps: [
        {
          nodeId: 'start',
          name: 'Start',
          type: 'trigger.manual',
          status: 'succeeded',
          output: { ok: true },
          ports: ['out'],
        },
        { nodeId: 'step', name: 'Step', type: 'test.step', status: 'waiting', attempt: 2, error: null },
      ],
      effects: [{ nodeId: 'step', key: 'reply', status: 'done', result: { id: 'r1' } }],
    });
  });

  it('is steered through the executions', async () => {
    const { executionId } = await seedExecution(api.pool, workspace.id, { flowId });
    const path = `/api/v1/executions/${executionId}`;
    expect((await api.call('POST', `${path}/cancel`, { key })).status).toBe(204);
    expect((await api.call('POST', `${path}/retry`, { key })).body).toEqual({ executionId });
    expect((await api.call('POST', `${path}/replay`, { key })).status).toBe(202);
    const argument = [workspace.id, executionId];
    expect(api.calls.slice(-3)).toEqual([
      { name: 'cancel', argument },
      { name: 'retry', argument },
      { name: 'replay', argument },
    ]);
  });
});

describe('the list of executions', () => {
  it('filters by flow, status and time, and pages', async () => {
    const own = await createFlow();
    const seed = (status: string, createdAt: string) =>
      seedExecution(api.pool, workspace.id, { flowId: own, status, createdAt });
    const failed = await seed('failed', '2026-01-01T00:00:00Z');
    const waiting = await seed('waiting', '2026-01-02T00:00:00Z');
    const succeeded = await seed('succeeded', '2026-01-02T00:00:00Z');
    const list = async (query: string) =>
      (await api.call('GET', `/api/v1/executions?flowId=${own}${query}`, { key })).body;
    const ids = (page: { items: { id: string }[] }) => page.items.map((item) => item.id);

    expect(ids(await list('&status=failed'))).toEqual([failed.executionId]);
    expect(ids(await list('&status=failed,waiting'))).toEqual([waiting.executionId, failed.executionId]);
    expect(ids(await list('&since=2026-01-02T00:00:00Z'))).toHaveLength(2);
    const first = await list('&limit=2');
    const second = await list(`&limit=2&cursor=${first.nextCursor}`);
    expect([...ids(first), ...ids(second)]).toEqual([
      succeeded.executionId,
      waiting.executionId,
      failed.executionId,
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it('gives the flow its counts of today', async () => {
    const own = await createFlow();
    await seedExecution(api.pool, workspace.id, { flowId: own, status: 'succeeded' });
    await seedExecution(api.pool, workspace.id, { flowId: own, status: 'failed' });
    await seedExecution(api.pool, workspace.id, { flowId: own, createdAt: '2026-01-01T00:00:00Z' });
    const flows = await api.call('GET', '/api/v1/flows', { key });
    expect(flows.body.items.find((flow: { id: string }) => flow.id === own)).toMatchObject({
      runsToday: 2,
      failuresToday: 1,
      lastRunAt: expect.any(String),
    });
  });
});
