import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let key: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.createWorkspace();
  key = workspace.editor;
});
afterAll(() => api.close());

async function createFlow(graph: unknown = testGraph('hello'), name = 'A flow') {
  const answer = await api.call('POST', '/api/v1/flows', { key, body: { name, graph } });
  expect(answer.status).toBe(201);
  return answer.body;
}

const publish = (id: string, body?: unknown) =>
  api.call('POST', `/api/v1/flows/${id}/publish`, { key, body });

describe('drafts', () => {
  it('come back as they were saved, with webhook URL and verify token', async () => {
    const flow = await createFlow();
    const answer = await api.call('GET', `/api/v1/flows/${flow.id}`, { key });
    expect(answer.body).toEqual(flow);
    expect(flow).toMatchObject({
      status: 'draft',
      publishedVersion: null,
      revision: 1,
      webhookUrl: `${api.url}/webhooks/instagram/${flow.id}`,
      verifyToken: 'verify-me',
      problems: [],
    });
  });

  it('start empty without a graph', async () => {
    const answer = await api.call('POST', '/api/v1/flows', { key, body: { name: 'Empty' } });
    expect(answer.body.graph).toEqual({ schemaVersion: 1, nodes: [], edges: [] });
  });

  it('are saved with problems, which are told', async () => {
    const flow = await createFlow(testGraph());
    expect(flow.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'invalid_config', nodeId: 'step' }),
    );
  });

  it('are refused when the document is malformed, naming every path', async () => {
    const nodes = [{ id: 'bad id', type: 'test.step', name: '' }];
    const answer = await api.call('POST', '/api/v1/flows', {
      key,
      body: { name: 'x', graph: { nodes, edges: [] } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      'graph.nodes.0.id',
      'graph.nodes.0.name',
    ]);
  });

  it('are saved once per revision: the later of two gets the current one', async () => {
    const flow = await createFlow();
    const path = `/api/v1/flows/${flow.id}`;
    const saves = await Promise.all(
      ['first', 'second'].map((name) => api.call('PUT', path, { key, body: { name, revision: 1 } })),
    );

    expect(saves.map((save) => save.status).sort()).toEqual([200, 409]);
    const [saved, refused] = [saves.find((s) => s.status === 200)!, saves.find((s) => s.status === 409)!];
    expect(saved.body.revision).toBe(2);
    expect(refused.body).toMatchObject({ revision: 2, type: expect.stringContaining('revision-conflict') });
    expect((await api.call('GET', path, { key })).body.name).toBe(saved.body.name);
    expect(api.published.filter(({ event }) => event.flowId === flow.id)).toEqual([
      {
        workspaceId: workspace.id,
        event: expect.objectContaining({ type: 'flow.saved', data: { revision: 2, publishedVersion: null } }),
      },
    ]);
  });

  it('keep what a save does not name', async () => {
    const flow = await createFlow();
    const answer = await api.call('PUT', `/api/v1/flows/${flow.id}`, {
      key,
      body: { description: 'New', revision: 1 },
    });
    expect(answer.body).toMatchObject({ name: 'A flow', description: 'New', graph: flow.graph });
  });

  it('are deleted for good, and stop', async () => {
    const flow = await createFlow();
    await publish(flow.id);
    expect((await api.call('DELETE', `/api/v1/flows/${flow.id}`, { key })).status).toBe(204);
    expect((await api.call('GET', `/api/v1/flows/${flow.id}`, { key })).status).toBe(404);
    expect((await api.call('DELETE', `/api/v1/flows/${flow.id}`, { key })).status).toBe(404);
    expect((await publish(flow.id)).status).toBe(404);
    const changes = api.calls.filter((call) => call.name === 'flowChanged' && call.argument === flow.id);
    expect(changes).toHaveLength(2);
  });

  it('are copied as a new draft', async () => {
    const flow = await createFlow(testGraph('copied'), 'n'.repeat(120));
    await publish(flow.id);
    const copy = await api.call('POST', `/api/v1/flows/${flow.id}/duplicate`, { key });
    expect(copy.status).toBe(201);
    expect(copy.body).toMatchObject({ graph: flow.graph, status: 'draft', publishedVersion: null });
    expect(copy.body.name).toMatch(/^n{113} \(copy\)$/);
  });

  it('are tested through the executions', async () => {
    const flow = await createFlow();
    const answer = await api.call('POST', `/api/v1/flows/${flow.id}/run`, { key, body: { dryRun: true } });
    expect(answer.status).toBe(202);
    expect(api.calls.at(-1)).toEqual({
      name: 'startTest',
      argument: { workspaceId: workspace.id, flowId: flow.id, dryRun: true },
    });
  });
});

describe('publishing', () => {
  it('is refused with every problem at once', async () => {
    const graph = testGraph();
    const flow = await createFlow({
      nodes: [...graph.nodes, { id: 'odd', type: 'test.unknown', name: 'Odd' }],
      edges: [...graph.edges, { id: 'e2', source: 'step', target: 'nowhere' }],
    });

    const answer = await publish(flow.id);

    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const codes = answer.body.problems.map((problem: { code: string }) => problem.code);
    expect(codes).toEqual(expect.arrayContaining(['invalid_config', 'unknown_type', 'dangling_edge']));
    expect((await api.call('GET', `/api/v1/flows/${flow.id}`, { key })).body.status).toBe('draft');
  });

  it('makes one version of one draft, however often it is asked at once', async () => {
    const flow = await createFlow();
    const answers = await Promise.all([publish(flow.id), publish(flow.id), publish(flow.id, { note: 'x' })]);

    expect(answers.map((answer) => [answer.status, answer.body.version])).toEqual(Array(3).fill([200, 1]));
    const { rows } = await api.pool.query('select version from flow_versions where flow_id = $1', [flow.id]);
    expect(rows).toEqual([{ version: 1 }]);
    const changed = await api.call('GET', `/api/v1/flows/${flow.id}`, { key });
    expect(changed.body).toMatchObject({
      status: 'published',
      publishedVersion: 1,
      hasUnpublishedChanges: false,
    });
    const audit = await api.pool.query(
      "select actor_type from audit_log where action = 'flow.published' and target_id = $1",
      [flow.id],
    );
    expect(audit.rows).toEqual([{ actor_type: 'api_key' }]);
  });

  it('counts versions up, tells unpublished changes and restores', async () => {
    const flow = await createFlow(testGraph('one'));
    const path = `/api/v1/flows/${flow.id}`;
    await publish(flow.id, { note: 'First' });
    const scrolled = { ...testGraph('one'), viewport: { x: 9, y: 9, zoom: 2 } };
    const moved = await api.call('PUT', path, { key, body: { graph: scrolled, revision: 1 } });
    expect(moved.body.hasUnpublishedChanges).toBe(false);
    const changed = await api.call('PUT', path, { key, body: { graph: testGraph('two'), revision: 2 } });
    expect(changed.body.hasUnpublishedChanges).toBe(true);
    expect((await publish(flow.id)).body.version).toBe(2);

    const versions = await api.call('GET', `${path}/versions`, { key });
    expect(versions.body.items).toMatchObject([
      { version: 2, isPublished: true },
      { version: 1, note: 'First', isPublished: false },
    ]);
    const first = await api.call('GET', `${path}/versions/1`, { key });
    expect(first.body.graph).toEqual(flow.graph);

    const restored = await api.call('POST', `${path}/versions/1/restore`, { key });
    expect(restored.body).toMatchObject({
      graph: flow.graph,
      revision: 4,
      publishedVersion: 2,
      hasUnpublishedChanges: true,
    });
    expect((await api.call('POST', `${path}/versions/9/restore`, { key })).status).toBe(404);
    expect((await api.call('GET', `${path}/versions/zero`, { key })).status).toBe(404);
  });

  it('can be taken back, and again without a new version', async () => {
    const flow = await createFlow();
    await publish(flow.id);
    const stopped = await api.call('POST', `/api/v1/flows/${flow.id}/unpublish`, { key });
    expect(stopped.body).toMatchObject({ status: 'draft', publishedVersion: null });
    expect((await publish(flow.id)).body).toMatchObject({ status: 'published', version: 1 });
  });

  it('is refused while an admin has a type switched off', async () => {
    const flow = await createFlow();
    const put = (enabled: boolean) =>
      api.call('PUT', '/api/v1/node-types/test.step', { key: workspace.admin, body: { enabled } });
    expect((await put(false)).body.enabled).toBe(false);
    const refused = await publish(flow.id);
    await put(true);

    expect(refused.status).toBe(422);
    expect(refused.body.problems).toContainEqual(expect.objectContaining({ code: 'type_disabled' }));
    expect((await publish(flow.id)).status).toBe(200);
  });
});

describe('the list', () => {
  it('pages through all flows once, newest first, and searches literally', async () => {
    const { editor } = await api.createWorkspace();
    const names = ['Sale 10%', 'Sale 10x', 'Thanks', 'Spam', 'Leads'];
    for (const name of names) {
      await api.call('POST', '/api/v1/flows', { key: editor, body: { name, graph: testGraph('x') } });
    }

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page = await api.call('GET', `/api/v1/flows?limit=2${query}`, { key: editor });
      seen.push(...page.body.items.map((item: { name: string }) => item.name));
      cursor = page.body.nextCursor;
    }

    expect(seen).toEqual(names.toReversed());
    const found = await api.call('GET', '/api/v1/flows?search=10%25', { key: editor });
    expect(found.body.items).toMatchObject([
      { name: 'Sale 10%', triggers: ['trigger.manual'], runsToday: 0 },
    ]);
    for (const [trigger, count] of [
      ['trigger.manual', 5],
      ['trigger.call', 0],
    ]) {
      const page = await api.call('GET', `/api/v1/flows?trigger=${trigger}`, { key: editor });
      expect(page.body.items).toHaveLength(Number(count));
    }
  });
});
