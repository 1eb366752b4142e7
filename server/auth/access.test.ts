import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphSchema } from '../../engine/graph.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { cookieOf, startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { ATTEMPTS_PER_EMAIL } from './login-limit.ts';

const OWNER = { name: 'Ada', email: 'Ada@example.com', password: 'correct horse' };

describe('setup', () => {
  let api: ApiServer;
  const filled: string[] = [];
  beforeAll(async () => {
    api = await startApi({
      extras: {
        templates: [
          {
            id: 'comment-auto-reply',
            name: 'Template',
            description: 'Answers',
            tags: [],
            graph: graphSchema.parse(testGraph('hi')),
          },
        ],
        onWorkspaceCreated: async (workspaceId) => void filled.push(workspaceId),
      },
    });
  });
  afterAll(() => api.close());

  it('creates exactly one owner, also when asked several times at once', async () => {
    expect((await api.call('GET', '/api/v1/setup')).body).toEqual({ needed: true });

    const answers = await Promise.all(
      [1, 2, 3].map((n) =>
        api.call('POST', '/api/v1/setup', { body: { ...OWNER, email: `ada${n}@example.com` } }),
      ),
    );

    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
    const winner = answers.find((answer) => answer.status === 201);
    expect(winner?.body).toMatchObject({ user: { name: 'Ada' }, role: 'owner' });
    expect(filled).toEqual([winner?.body.workspace.id]);
    const { rows } = await api.pool.query(
      'select (select count(*)::int from users) as users, (select count(*)::int from workspaces) as workspaces',
    );
    expect(rows).toEqual([{ users: 1, workspaces: 1 }]);
    expect((await api.call('GET', '/api/v1/setup')).body).toEqual({ needed: false });

    const cookie = cookieOf(winner!);
    const flows = await api.call('GET', '/api/v1/flows', { cookie });
    expect(flows.body.items).toMatchObject([{ name: 'Comment auto-reply', status: 'draft' }]);
  });
});

describe('sessions', () => {
  let api: ApiServer;
  let cookie: string;
  beforeAll(async () => {
    api = await startApi();
    cookie = cookieOf(await api.call('POST', '/api/v1/setup', { body: OWNER }));
  });
  afterAll(() => api.close());

  it('sets a cookie that scripts and other sites do not get', async () => {
    const answer = await api.call('POST', '/api/v1/login', { body: OWNER });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ user: { email: 'ada@example.com' }, role: 'owner' });
    const [header] = answer.headers.getSetCookie();
    expect(header).toMatch(/^replygraph\.session_token=/);
    expect(header).toMatch(/HttpOnly/i);
    expect(header).toMatch(/SameSite=Lax/i);
    expect(answer.text).not.toContain(OWNER.password);
  });

  it('tells who is signed in, until logout', async () => {
    const signedIn = cookieOf(await api.call('POST', '/api/v1/login', { body: OWNER }));
    const session = await api.call('GET', '/api/v1/session', { cookie: signedIn });
    expect(session.body).not.toHaveProperty('languageModel');
    api.context.config.OPENAI_API_KEY = 'sk-test';
    const withModel = await api.call('GET', '/api/v1/session', { cookie: signedIn });
    delete api.context.config.OPENAI_API_KEY;
    expect(withModel.body.languageModel).toMatch(/^openai:/);
    expect((await api.call('GET', '/api/v1/session', { cookie: signedIn })).body.user.name).toBe('Ada');

    expect((await api.call('POST', '/api/v1/logout', { cookie: signedIn })).status).toBe(204);

    expect((await api.call('GET', '/api/v1/session', { cookie: signedIn })).status).toBe(401);
    expect((await api.call('GET', '/api/v1/session', { cookie })).status).toBe(200);
  });

  it('prolongs a session after a day, with a new cookie', async () => {
    const signedIn = cookieOf(await api.call('POST', '/api/v1/login', { body: OWNER }));
    expect((await api.call('GET', '/api/v1/session', { cookie: signedIn })).headers.getSetCookie()).toEqual(
      [],
    );
    await api.pool.query("update sessions set expires_at = now() + interval '3 days'");

    const answer = await api.call('GET', '/api/v1/session', { cookie: signedIn });

    expect(answer.headers.getSetCookie()[0]).toMatch(/^replygraph\.session_token=.*Max-Age=2592000/);
    const { rows } = await api.pool.query(
      "select count(*)::int as count from sessions where expires_at > now() + interval '29 days'",
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('ends with the session in the database', async () => {
    const signedIn = cookieOf(await api.call('POST', '/api/v1/login', { body: OWNER }));
    const before = await api.call('GET', '/api/v1/session', { cookie: signedIn });
    await api.pool.query("update sessions set expires_at = now() - interval '1 second' where user_id = $1", [
      before.body.user.id,
    ]);
    expect((await api.call('GET', '/api/v1/flows', { cookie: signedIn })).status).toBe(401);
    cookie = cookieOf(await api.call('POST', '/api/v1/login', { body: OWNER }));
  });

  it('refuses no, broken and forged cookies', async () => {
    const [name, value] = cookie.split('=') as [string, string];
    for (const forged of [undefined, `${name}=`, `${name}=x.y`, `${name}=x${value}`]) {
      const answer = await api.call('GET', '/api/v1/session', forged ? { cookie: forged } : {});
      expect([forged, answer.status]).toEqual([forged, 401]);
    }
  });

  it('says the same for a wrong password and an unknown e-mail, and pauses after many', async () => {
    const wrong = await api.call('POST', '/api/v1/login', { body: { ...OWNER, password: 'wrong' } });
    const unknown = await api.call('POST', '/api/v1/login', { body: { ...OWNER, email: 'eve@example.com' } });
    expect(wrong.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);

    for (let attempt = 1; attempt < ATTEMPTS_PER_EMAIL; attempt += 1) {
      await api.call('POST', '/api/v1/login', { body: { ...OWNER, password: 'wrong' } });
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await api.call('POST', '/api/v1/login', { body: OWNER });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '900']);
    }
    const { rows } = await api.pool.query("select data from audit_log where action = 'login.blocked'");
    expect(rows).toHaveLength(1);
  });

  it('refuses unsafe calls from pages of other origins', async () => {
    const body = { name: 'A flow' };
    const foreign = { cookie, body, headers: { origin: 'https://evil.example' } };
    expect((await api.call('POST', '/api/v1/flows', foreign)).status).toBe(403);
    expect(
      (await api.call('POST', '/api/v1/flows', { cookie, body, headers: { origin: 'null' } })).status,
    ).toBe(403);
    expect(
      (await api.call('POST', '/api/v1/flows', { cookie, body, headers: { origin: api.url } })).status,
    ).toBe(201);
    expect((await api.call('POST', '/api/v1/flows', { cookie, body })).status).toBe(201);
  });
});

describe('behind https', () => {
  it('sends a cookie that travels over https only, and accepts the public origin', async () => {
    const api = await startApi({ publicUrl: 'https://bots.example.com' });
    try {
      const headers = { origin: 'https://bots.example.com' };
      const answer = await api.call('POST', '/api/v1/setup', { body: OWNER, headers });
      expect(answer.status).toBe(201);
      expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-replygraph\.session_token=.*; Secure/);
      expect((await api.call('GET', '/api/v1/session', { cookie: cookieOf(answer) })).status).toBe(200);
    } finally {
      await api.close();
    }
  });
});

describe('API keys', () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('work at once, are listed without the key, and stop working when revoked', async () => {
    const workspace = await api.createWorkspace();
    const created = await api.call('POST', '/api/v1/api-keys', {
      key: workspace.admin,
      body: { name: 'CI', role: 'viewer' },
    });
    expect(created.status).toBe(201);
    const { id, key } = created.body;
    expect(key).toMatch(/^rg_/);

    expect((await api.call('GET', '/api/v1/flows', { key })).status).toBe(200);
    const list = await api.call('GET', '/api/v1/api-keys', { key: workspace.admin });
    expect(list.body.items[0]).toMatchObject({ id, name: 'CI', prefix: key.slice(0, 9) });
    expect(list.body.items[0].lastUsedAt).not.toBeNull();
    expect(list.text).not.toContain(key);
    const { rows } = await api.pool.query('select * from api_keys where id = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain(key);

    expect((await api.call('DELETE', `/api/v1/api-keys/${id}`, { key: workspace.admin })).status).toBe(204);
    expect((await api.call('GET', '/api/v1/flows', { key })).status).toBe(401);
    expect((await api.call('DELETE', `/api/v1/api-keys/${id}`, { key: workspace.admin })).status).toBe(404);
  });

  it('say nothing about keys that do not exist', async () => {
    for (const header of ['Bearer rg_unknown', 'Bearer', `Bearer rg_${'a'.repeat(43)}`, 'Basic YTpi']) {
      const answer = await api.call('GET', '/api/v1/flows', { headers: { authorization: header } });
      expect([header, answer.status, answer.body.title]).toEqual([header, 401, 'Not signed in']);
    }
  });

  it('are checked for the role, and the answer names the one that is needed', async () => {
    const workspace = await api.createWorkspace();
    const body = { name: 'A flow' };
    const refused = await api.call('POST', '/api/v1/flows', { key: workspace.viewer, body });
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain('editor');
    expect((await api.call('POST', '/api/v1/flows', { key: workspace.editor, body })).status).toBe(201);
    expect((await api.call('GET', '/api/v1/api-keys', { key: workspace.editor })).status).toBe(403);
  });
});
