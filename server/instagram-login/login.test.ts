import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFakeServices } from '../../nodes/testing/fake-services.ts';
import { decryptToken } from '../accounts/token-cipher.ts';
import { newId } from '../database/id.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { cookieOf, startApi } from '../http/testing/api-server.ts';
import { NO_RATE_LIMITS } from '../instagram/rate-limits.ts';
import { createNodeServices } from '../node-services.ts';
import { beginLogin } from './oauth-states.ts';
import type { LoginStub, StubAccount } from './testing/login-stub.ts';
import { startLoginStub } from './testing/login-stub.ts';

let stub: LoginStub;
let api: ApiServer;
/** The owner's session. */
let cookie: string;
let workspaceId: string;
let userId: string;

beforeAll(async () => {
  stub = await startLoginStub();
  api = await startApi({ environment: stub.environment });
  const setup = await api.call('POST', '/api/v1/setup', {
    body: { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' },
  });
  cookie = cookieOf(setup);
  const { rows } = await api.pool.query('select workspace_id, user_id from members');
  ({ workspace_id: workspaceId, user_id: userId } = rows[0]);
});
afterAll(async () => {
  await api.close();
  await stub.close();
});
beforeEach(() => {
  stub.person.accounts = [account()];
  stub.person.refusedPermissions = [];
});

let count = 0;
function account(more: Partial<StubAccount> = {}): StubAccount {
  count += 1;
  const externalId = `1784140000000${String(count).padStart(4, '0')}`;
  return { externalId, username: `shop${count}`, pageId: `page-${count}`, ...more };
}

async function begin(login: 'instagram' | 'facebook'): Promise<string> {
  const answer = await api.call('POST', '/api/v1/instagram-login', { cookie, body: { login } });
  expect(answer.status, answer.text).toBe(201);
  return answer.body.url;
}

/** What a browser does on the platform's page; answers the address to which the person is sent back. */
async function decide(page: string, decision: 'Allow' | 'Cancel'): Promise<URL> {
  const html = await (await fetch(page)).text();
  const link = new RegExp(`href="([^"]+)">${decision}<`).exec(html)?.[1]?.replaceAll('&amp;', '&');
  const answer = await fetch(new URL(link ?? '', stub.url), { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

async function comeBack(back: URL, as: { cookie?: string } = { cookie }): Promise<URL> {
  const answer = await api.call('GET', back.pathname + back.search, as);
  expect(answer.status, answer.text).toBe(303);
  return new URL(answer.headers.get('location') ?? '');
}

async function connect(login: 'instagram' | 'facebook'): Promise<URL> {
  return comeBack(await decide(await begin(login), 'Allow'));
}

async function stored(externalId: string) {
  const { rows } = await api.pool.query('select * from accounts where external_id = $1', [externalId]);
  return rows[0];
}

describe('a login at Instagram', () => {
  it('connects the account with a token of 60 days and subscribes to its webhooks', async () => {
    const [shop] = stub.person.accounts;
    const page = await connect('instagram');

    const row = await stored(shop!.externalId);
    expect(page.pathname + page.search).toBe(`/accounts/${row.id}?login=connected`);
    expect(row).toMatchObject({
      username: shop!.username,
      login: 'instagram',
      status: 'connected',
      graph_url: null,
      page_id: null,
      workspace_id: workspaceId,
    });
    expect(row.permissions).toContain('instagram_business_manage_messages');
    expect(row.subscribed_at).not.toBeNull();
    expect(row.token_expires_at - row.token_issued_at).toBe(60 * 86_400_000);
    expect(decryptToken(api.context.secrets.encryptionKey, row.access_token_encrypted)).toMatch(/^long-/);
    expect([...stub.subscribed]).toContain(shop!.externalId);
  });

  it('tells what a refused permission disables', async () => {
    stub.person.refusedPermissions = ['instagram_business_manage_messages'];
    const page = await connect('instagram');
    const path = `/api/v1${page.pathname}/checklist`;
    const { body } = await api.call('GET', path, { cookie });
    expect(body.steps).toContainEqual(
      expect.objectContaining({ name: 'permissions', state: 'warning', reason: 'missing' }),
    );
    expect(body.permissions).toContainEqual({
      name: 'instagram_business_manage_messages',
      isGranted: false,
      disables: ['messages'],
    });
  });

  it('keeps the row of an account that is connected again, and takes its notice back', async () => {
    await connect('instagram');
    const before = await stored(stub.person.accounts[0]!.externalId);
    await api.pool.query("update accounts set status = 'needs_login', last_error = '{}' where id = $1", [
      before.id,
    ]);
    await api.pool.query(
      `insert into notifications (id, workspace_id, kind, title, key) values ($1, $2, 'needs_login', 'x', $3)`,
      [newId(), workspaceId, `needs_login:${before.id}`],
    );

    await connect('instagram');

    const after = await stored(before.external_id);
    expect(after).toMatchObject({ id: before.id, status: 'connected', last_error: null });
    expect(after.access_token_encrypted).not.toBe(before.access_token_encrypted);
    const notices = await api.pool.query('select 1 from notifications where key = $1', [
      `needs_login:${before.id}`,
    ]);
    expect(notices.rowCount).toBe(0);
  });

  it('connects the account even where the subscription fails, and says so', async () => {
    stub.answerWith('subscribed_apps', {
      status: 400,
      body: { error: { message: 'No webhooks today.', code: 100 } },
    });
    const page = await connect('instagram');
    stub.answerWith('subscribed_apps', null);
    const row = await stored(stub.person.accounts[0]!.externalId);
    expect(page.search).toBe('?login=connected');
    expect(row).toMatchObject({ status: 'connected', subscribed_at: null });
    expect(row.last_error.message).toContain('No webhooks today.');
  });
});

describe('a login at Facebook', () => {
  it('connects the professional accounts of all pages with tokens that last', async () => {
    stub.person.accounts = [account(), account()];
    const page = await connect('facebook');

    expect(page.pathname + page.search).toBe('/accounts?login=connected');
    for (const { externalId, pageId } of stub.person.accounts) {
      const row = await stored(externalId);
      expect(row).toMatchObject({
        login: 'facebook',
        page_id: pageId,
        token_expires_at: null,
        graph_url: `${stub.url}/facebook`,
      });
      expect([...stub.subscribed]).toContain(pageId);
    }
  });

  it('proves by PKCE that the code comes back to who asked', async () => {
    const page = new URL(await begin('facebook'));
    expect(page.searchParams.get('code_challenge_method')).toBe('S256');
    page.searchParams.set('code_challenge', 'of-somebody-else');
    const back = await comeBack(await decide(page.href, 'Allow'));
    expect(back.search).toBe('?login=failed');
  });

  it('says when no page has an account', async () => {
    stub.person.accounts = [];
    expect((await connect('facebook')).search).toBe('?login=no_account');
  });
});

describe('messages and conversations of an account', () => {
  it.each([
    ['instagram', (one: StubAccount) => one.externalId, '/graph'],
    ['facebook', (one: StubAccount) => one.pageId, '/facebook'],
  ] as const)('with the %s login go by whom its token belongs to', async (login, owner, base) => {
    const [shop] = stub.person.accounts;
    shop!.messages = [
      { id: 'm1', text: 'Hello?', at: '2026-06-10T12:00:00.000Z', from: { id: 'mia', username: 'mia' } },
    ];
    await connect(login);
    const row = await stored(shop!.externalId);
    stub.sent.length = 0;
    stub.calls.length = 0;
    const { ai, flows, http, knowledge } = createFakeServices().services;
    const services = createNodeServices({
      pool: api.pool,
      encryptionKey: api.context.secrets.encryptionKey,
      graphUrl: api.context.config.INSTAGRAM_GRAPH_URL,
      ownUrl: () => api.url,
      rateLimits: NO_RATE_LIMITS,
      ai: { of: () => ai },
      knowledgeOf: () => knowledge,
      flowsOf: () => flows,
      http,
    });
    const instagram = services.instagramOf(workspaceId);
    const to = { account: row.id, recipientId: 'mia' };
    const { signal } = new AbortController();

    const { messageId } = await instagram.sendMessage({ ...to, text: 'Hi' }, signal);
    const listed = await instagram.listMessages(to, signal);
    await services.close();

    expect(messageId).toBe('message-1');
    expect(stub.sent).toEqual([
      { by: owner(shop!), body: { recipient: { id: 'mia' }, message: { text: 'Hi' } } },
    ]);
    expect(listed).toMatchObject([{ id: 'm1', text: 'Hello?', fromId: 'mia' }]);
    expect(stub.calls).toEqual([`POST ${base}/me/messages`, `GET ${base}/me/conversations`]);
  });
});

describe('a login that does not end well', () => {
  it('comes back as refused when the person said no', async () => {
    const page = await comeBack(await decide(await begin('instagram'), 'Cancel'));
    expect(page.pathname + page.search).toBe('/accounts?login=refused');
    expect(await stored(stub.person.accounts[0]!.externalId)).toBeUndefined();
  });

  it('is taken up once', async () => {
    const back = await decide(await begin('instagram'), 'Allow');
    expect((await comeBack(back)).search).toBe('?login=connected');
    expect((await comeBack(back)).search).toBe('?login=expired');
  });

  it('is over after ten minutes', async () => {
    const back = await decide(await begin('instagram'), 'Allow');
    await api.pool.query("update oauth_states set expires_at = now() - interval '1 second'");
    expect((await comeBack(back)).search).toBe('?login=expired');
  });

  it.each([
    ['a made-up state', (back: URL) => back.searchParams.set('state', 'made-up')],
    ['no state', (back: URL) => back.searchParams.delete('state')],
  ])('is nobody’s with %s', async (_name, change) => {
    const back = await decide(await begin('instagram'), 'Allow');
    change(back);
    expect((await comeBack(back)).search).toBe('?login=expired');
    expect(await stored(stub.person.accounts[0]!.externalId)).toBeUndefined();
  });

  it('needs the same person to come back, and a state that a stranger showed is used up', async () => {
    const back = await decide(await begin('instagram'), 'Allow');
    expect((await comeBack(back, {})).search).toBe('?login=signed_out');
    expect((await comeBack(back)).search).toBe('?login=expired');
  });

  it('belongs to who began it', async () => {
    const other = newId();
    await api.pool.query('insert into users (id, name, email) values ($1, $2, $3)', [
      other,
      'Ben',
      'ben@example.com',
    ]);
    const { state } = await beginLogin(api.pool, { workspaceId, userId: other, login: 'instagram' });
    const back = new URL(`${api.url}/api/v1/instagram-login/callback?code=x&state=${state}`);
    expect((await comeBack(back)).search).toBe('?login=other_person');
  });

  it('stores only a hash of the state', async () => {
    const { state } = await beginLogin(api.pool, { workspaceId, userId, login: 'instagram' });
    const { rows } = await api.pool.query('select * from oauth_states');
    expect(JSON.stringify(rows)).not.toContain(state);
  });

  it('refuses an account of another workspace', async () => {
    const [shop] = stub.person.accounts;
    const { id: elsewhere } = await api.createWorkspace();
    await api.pool.query(
      `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
       values ($1, $2, 'instagram', $3, 'theirs', 'v1.x.y')`,
      [newId(), elsewhere, shop!.externalId],
    );
    expect((await connect('instagram')).search).toBe('?login=taken');
    expect(await stored(shop!.externalId)).toMatchObject({ workspace_id: elsewhere, username: 'theirs' });
  });

  it('says that only professional accounts can be connected', async () => {
    stub.person.accounts = [account({ accountType: 'PERSONAL' })];
    expect((await connect('instagram')).search).toBe('?login=not_professional');
  });

  it('puts Meta’s own words into a notification', async () => {
    stub.answerWith('/token/oauth', {
      status: 400,
      body: { error_type: 'OAuthException', code: 400, error_message: 'Redirect URI mismatch.' },
    });
    const page = await connect('instagram');
    stub.answerWith('/token/oauth', null);
    expect(page.search).toBe('?login=failed');
    const { body } = await api.call('GET', '/api/v1/notifications', { cookie });
    expect(body.items[0]).toMatchObject({ kind: 'login_failed', link: '/accounts' });
    expect(body.items[0].text).toContain('Redirect URI mismatch.');
    expect(api.published).toContainEqual({
      workspaceId,
      event: expect.objectContaining({ type: 'notification.created' }),
    });
  });
});

describe('beginning a login', () => {
  it('is for people, not for API keys', async () => {
    const { admin } = await api.createWorkspace();
    const body = { login: 'instagram' };
    expect((await api.call('POST', '/api/v1/instagram-login', { key: admin, body })).status).toBe(403);
  });

  it('refuses an address to which the person would come back as a stranger', async () => {
    const proxied = await startApi({ environment: stub.environment, publicUrl: 'https://flows.example.com' });
    const setup = await proxied.call('POST', '/api/v1/setup', {
      body: { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' },
      headers: { 'x-forwarded-proto': 'https' },
    });
    const answer = await proxied.call('POST', '/api/v1/instagram-login', {
      cookie: cookieOf(setup),
      body: { login: 'instagram' },
      headers: { origin: proxied.url },
    });
    await proxied.close();
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('https://flows.example.com');
  });

  it('tells what is missing', async () => {
    const bare = await startApi();
    const { viewer } = await bare.createWorkspace();
    const { body } = await bare.call('GET', '/api/v1/instagram-login', { key: viewer });
    await bare.close();
    expect(body.logins.map(({ state }: { state: string }) => state)).toEqual(['app_missing', 'app_missing']);
    expect(body).toMatchObject({ isPublic: false, redirectUrl: expect.stringMatching(/callback$/) });
  });
});
