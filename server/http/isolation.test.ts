import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerContext } from '../context.ts';
import { DEFAULT_GUARDRAILS } from '../contract/ai-guardrails.ts';
import type { LoginStub } from '../instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../instagram-login/testing/login-stub.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { openKnowledge } from '../knowledge/knowledge.ts';
import type { ApiServer } from './testing/api-server.ts';
import { startApi } from './testing/api-server.ts';
import { testGraph } from './testing/catalogue.ts';
import { seedConversation, seedExecution } from './testing/seed.ts';

const MARK = 'belongs-to-alpha';

let stub: LoginStub;
let api: ApiServer;
let knowledge: Knowledge;
let alpha: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let beta: Awaited<ReturnType<ApiServer['createWorkspace']>>;
/** An id of alpha's for each kind of thing in a path; its documents are in its base. */
let ids: Record<string, string>;

/** A body that passes the schema, for routes that need one. */
const BODIES: Record<string, unknown> = {
  'put /api/v1/flows/:id': { name: 'stolen', revision: 1 },
  'post /api/v1/knowledge-bases/:id/search': { query: MARK },
  'post /api/v1/knowledge-bases/:id/documents': { title: 'stolen', text: 'stolen' },
  'put /api/v1/knowledge-bases/:id/documents/:documentId': { title: 'stolen', text: 'stolen' },
  'post /api/v1/knowledge-suggestions/:id/approve': {},
  'post /api/v1/executions/:id/settle-effect': { nodeId: 'reply', key: 'reply', happened: true },
};

/** Routes whose path names what every workspace has: types of nodes, providers of models. */
const SHARED = /:(type|provider)\b/;
/** Asks for much and changes nothing. */
const READING_POSTS = ['/api/v1/knowledge-bases/:id/search'];

beforeAll(async () => {
  stub = await startLoginStub();
  api = await startApi({ environment: stub.environment, routesOf: knowledgeRoutes });
  [alpha, beta] = [await api.createWorkspace(), await api.createWorkspace()];
  const create = async (path: string, body: unknown) =>
    (await api.call('POST', path, { key: alpha.admin, body })).body.id as string;
  const flowId = await create('/api/v1/flows', { name: MARK, graph: testGraph('x') });
  await api.call('POST', `/api/v1/flows/${flowId}/publish`, { key: alpha.admin });
  const seeded = await seedExecution(api.pool, alpha.id, { flowId });
  ids = {
    flows: flowId,
    executions: seeded.executionId,
    approvals: seeded.approvalId,
    escalations: seeded.escalationId,
    ...(await seedConversation(api.pool, alpha.id, MARK)),
    accounts: await create('/api/v1/accounts', {
      platform: 'instagram',
      externalId: '1',
      username: MARK,
      accessToken: stub.issueToken({ externalId: '1', username: MARK }),
    }),
    'api-keys': await create('/api/v1/api-keys', { name: MARK, role: 'viewer' }),
    ...(await seedKnowledge(create)),
  };
  await seedAi();
});
afterAll(async () => {
  await knowledge.close();
  await api.close();
  await stub.close();
});

const own = () => api.routes().filter((spec) => spec.path.startsWith('/api/v1/') && spec.access !== 'public');
const address = (path: string) => {
  const kind = path.split('/')[3] ?? '';
  const id = ids[kind] ?? `no id for ${kind}`;
  return path
    .replace(':id', id)
    .replace(':documentId', ids.documents ?? '')
    .replace(':provider', 'openai')
    .replace(':n', '1');
};

describe('another workspace', () => {
  it('finds nothing at any address with an id', async () => {
    const routes = own().filter(({ path }) => path.includes(':') && !SHARED.test(path));
    expect(routes.length).toBeGreaterThan(25);
    // These go to the executions, which check the workspace they are given: here it must be the caller's.
    const delegated =
      /^\/api\/v1\/(executions|approvals)\/.*\/(cancel|retry|replay|settle-effect|approve|reject)$/;
    for (const { method, path } of routes) {
      const before = api.calls.length;
      const body = BODIES[`${method} ${path}`];
      const answer = await api.call(method.toUpperCase(), address(path), { key: beta.admin, body });
      if (delegated.test(path)) {
        expect(JSON.stringify(api.calls.slice(before)), path).not.toContain(alpha.id);
        expect(JSON.stringify(api.calls.slice(before)), path).toContain(beta.id);
      } else {
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        expect(api.calls.length, path).toBe(before);
      }
    }
  });

  it('sees nothing in any list', async () => {
    const lists = own().filter((spec) => spec.method === 'get' && !spec.path.includes(':'));
    expect(lists.length).toBeGreaterThan(5);
    for (const { path } of lists) {
      const answer = await api.call('GET', path, { key: beta.admin });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.text, path).not.toContain(MARK);
      for (const id of Object.values(ids)) expect(answer.text, path).not.toContain(id);
    }
  });

  it('finds no document of another base in its own', async () => {
    const base = await api.call('POST', '/api/v1/knowledge-bases', {
      key: beta.admin,
      body: { name: 'own' },
    });
    const routes = own().filter(({ path }) => path.includes(':documentId'));
    expect(routes.length).toBeGreaterThan(3);
    for (const { method, path } of routes) {
      const at = path.replace(':id', base.body.id).replace(':documentId', ids.documents ?? '');
      const body = BODIES[`${method} ${path}`];
      const answer = await api.call(method.toUpperCase(), at, { key: beta.admin, body });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
  });

  it('finds no passage of another workspace', async () => {
    const base = await api.call('POST', '/api/v1/knowledge-bases', {
      key: beta.admin,
      body: { name: 'own' },
    });
    for (const filter of [undefined, { documentIds: [ids.documents] }]) {
      const path = `/api/v1/knowledge-bases/${base.body.id}/search`;
      const answer = await api.call('POST', path, { key: beta.admin, body: { query: MARK, filter } });
      expect([answer.status, answer.body.items]).toEqual([200, []]);
    }
    const lookUp = (workspaceId: string) =>
      knowledge.serviceFor(workspaceId).search({ query: MARK, limit: 5 }, new AbortController().signal);
    expect(await lookUp(beta.id)).toEqual([]);
    expect(await lookUp(alpha.id)).toMatchObject([{ documentId: ids.documents }]);
  });

  it('has models, keys, guardrails and usage of its own', async () => {
    const call = (method: string, path: string, body?: unknown) =>
      api.call(method, `/api/v1/ai/${path}`, { key: beta.admin, body });
    const seen = await call('GET', 'connections/openai');
    expect(seen.body).toMatchObject({ source: null, hasKey: false, baseUrl: null });
    expect((await call('POST', 'connections/openai/test', {})).body).toMatchObject({ isGood: false });
    expect((await call('DELETE', 'connections/openai')).status).toBe(404);
    await call('PUT', 'connections/openai', { apiKey: 'sk-beta', baseUrl: 'https://beta.example.com' });
    await call('PUT', 'settings', { prices: {}, budget: { dailyUsd: 1, whenUsedUp: 'stop' } });
    await call('PUT', 'guardrails', DEFAULT_GUARDRAILS);
    expect((await call('DELETE', 'connections/openai')).status).toBe(204);
    for (const path of ['connections', 'settings', 'guardrails', 'usage']) {
      const alphas = await api.call('GET', `/api/v1/ai/${path}`, { key: alpha.admin });
      expect(alphas.text, path).toContain(MARK);
    }
  });

  it('changed nothing', async () => {
    const flow = await api.call('GET', `/api/v1/flows/${ids.flows}`, { key: alpha.viewer });
    expect(flow.body).toMatchObject({ name: MARK, status: 'published', revision: 1 });
    for (const path of [
      'accounts',
      'api-keys',
      'approvals',
      'escalations',
      'knowledge-bases',
      'knowledge-suggestions',
    ]) {
      const list = await api.call('GET', `/api/v1/${path}`, { key: alpha.admin });
      expect(list.text, path).toContain(ids[path]);
    }
    const document = await api.call('GET', address('/api/v1/knowledge-bases/:id/documents/:documentId'), {
      key: alpha.viewer,
    });
    expect(document.body).toMatchObject({ title: MARK, status: 'ready' });
    const suggestions = await api.call('GET', '/api/v1/knowledge-suggestions', { key: alpha.viewer });
    expect(suggestions.body.items).toMatchObject([{ question: MARK, status: 'pending' }]);
  });
});

describe('nobody', () => {
  it('gets an answer from a route that is not public', async () => {
    for (const { method, path } of own()) {
      const answer = await api.call(method.toUpperCase(), address(path));
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });
});

describe('a viewer', () => {
  it('changes nothing', async () => {
    for (const { method, path, access } of own().filter(isChanging)) {
      expect(['editor', 'admin', 'owner']).toContain(access);
      const answer = await api.call(method.toUpperCase(), address(path), { key: alpha.viewer, body: {} });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
  });
});

const isChanging = ({ method, path }: { method: string; path: string }) =>
  method !== 'get' && !READING_POSTS.includes(path);

async function knowledgeRoutes({ config, pool, log, live }: ServerContext) {
  knowledge = await openKnowledge({
    config: { ...config, KNOWLEDGE_STORE: 'scan' },
    pool,
    log,
    live,
    access: async () => null,
    download: () => Promise.reject(new Error('Nothing is fetched here.')),
  });
  return knowledge.routes;
}

/** A base of alpha's with a document, and a suggestion that waits. */
async function seedKnowledge(create: (path: string, body: unknown) => Promise<string>) {
  const base = await create('/api/v1/knowledge-bases', { name: MARK });
  const documents = await create(`/api/v1/knowledge-bases/${base}/documents`, { title: MARK, text: MARK });
  const suggestion = randomUUID();
  await api.pool.query(
    `insert into knowledge_suggestions (id, workspace_id, knowledge_base_id, question, answer, execution_id, node_id)
     values ($1, $2, $3, $4, $4, $5, 'remember')`,
    [suggestion, alpha.id, base, MARK, randomUUID()],
  );
  return { 'knowledge-bases': base, documents, 'knowledge-suggestions': suggestion };
}

/** What alpha has set for its AI, and what it used. */
async function seedAi(): Promise<void> {
  const put = (path: string, body: unknown) =>
    api.call('PUT', `/api/v1/ai/${path}`, { key: alpha.admin, body });
  const answers = [
    await put('connections/openai', { apiKey: 'sk-alpha', baseUrl: `https://${MARK}.example.com` }),
    await put('settings', { prices: { [`openai:${MARK}`]: { inputUsd: 1, outputUsd: 1 } } }),
    await put('guardrails', { ...DEFAULT_GUARDRAILS, blockedPhrases: [MARK] }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await api.pool.query(
    `insert into ai_requests (id, workspace_id, task, model, tokens_in, tokens_out, cost_usd, latency_ms)
     values ($1, $2, 'classify', $3, 1, 1, 0.01, 5)`,
    [randomUUID(), alpha.id, `openai:${MARK}`],
  );
}
