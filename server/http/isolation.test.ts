import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoginStub } from '../instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../instagram-login/testing/login-stub.ts';
import type { ApiServer } from './testing/api-server.ts';
import { startApi } from './testing/api-server.ts';
import { testGraph } from './testing/catalogue.ts';
import { seedConversation, seedExecution } from './testing/seed.ts';

const MARK = 'belongs-to-alpha';

let stub: LoginStub;
let api: ApiServer;
let alpha: Awaited<ReturnType<ApiServer['createWorkspace']>>;
let beta: Awaited<ReturnType<ApiServer['createWorkspace']>>;
/** An id of alpha's for each kind of thing in a path. */
let ids: Record<string, string>;

/** A body that passes the schema, for routes that need one. */
const BODIES: Record<string, unknown> = {
  'put /api/v1/flows/:id': { name: 'stolen', revision: 1 },
  'post /api/v1/executions/:id/settle-effect': { nodeId: 'reply', key: 'reply', happened: true },
};

/** Routes with ids that belong to nobody's workspace. */
const SHARED = ['put /api/v1/node-types/:type'];

beforeAll(async () => {
  stub = await startLoginStub();
  api = await startApi({ environment: stub.environment });
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
  };
});
afterAll(async () => {
  await api.close();
  await stub.close();
});

const own = () => api.routes().filter((spec) => spec.path.startsWith('/api/v1/') && spec.access !== 'public');
const address = (path: string) => {
  const kind = path.split('/')[3] ?? '';
  return path.replace(':id', ids[kind] ?? `no id for ${kind}`).replace(':n', '1');
};

describe('another workspace', () => {
  it('finds nothing at any address with an id', async () => {
    const routes = own().filter(
      (spec) => spec.path.includes(':') && !SHARED.includes(`${spec.method} ${spec.path}`),
    );
    expect(routes.length).toBeGreaterThan(15);
    // These go to the executions, which check the workspace they are given: here it must be the caller's.
    const delegated = /\/(cancel|retry|replay|settle-effect|approve|reject)$/;
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

  it('changed nothing', async () => {
    const flow = await api.call('GET', `/api/v1/flows/${ids.flows}`, { key: alpha.viewer });
    expect(flow.body).toMatchObject({ name: MARK, status: 'published', revision: 1 });
    for (const path of ['accounts', 'api-keys', 'approvals', 'escalations']) {
      const list = await api.call('GET', `/api/v1/${path}`, { key: alpha.admin });
      expect(list.text, path).toContain(ids[path]);
    }
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
    for (const { method, path, access } of own().filter((spec) => spec.method !== 'get')) {
      expect(['editor', 'admin', 'owner']).toContain(access);
      const answer = await api.call(method.toUpperCase(), address(path), { key: alpha.viewer, body: {} });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
  });
});
