import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import type { LoginStub, StubAccount } from '../instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../instagram-login/testing/login-stub.ts';
import { decryptToken } from './token-cipher.ts';

let stub: LoginStub;
let api: ApiServer;
beforeAll(async () => {
  stub = await startLoginStub();
  api = await startApi({ environment: stub.environment });
});
afterAll(async () => {
  await api.close();
  await stub.close();
});

let count = 0;
/** A body that connects a new account, with the token that the stub gave for it. */
function request(more: Partial<StubAccount> = {}) {
  count += 1;
  const account = { externalId: `1784140000000${String(count).padStart(4, '0')}`, username: 'shop', ...more };
  return {
    platform: 'instagram',
    externalId: account.externalId,
    username: 'typed-in',
    accessToken: stub.issueToken(account),
  };
}

describe('an account with a typed-in token', () => {
  it('takes the token in, keeps it encrypted and never gives it out', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const body = request();

    const created = await api.call('POST', '/api/v1/accounts', { key, body });

    expect(created.status, created.text).toBe(201);
    // The name is that which Instagram tells.
    expect(created.body).toMatchObject({ username: 'shop', isSandbox: false, status: 'connected' });
    const list = await api.call('GET', '/api/v1/accounts', { key });
    expect(list.body.items).toEqual([created.body]);
    const detail = await api.call('GET', `/api/v1/accounts/${created.body.id}`, { key });
    expect(detail.body).toMatchObject({ login: 'manual', tokenExpiresAt: null, permissions: [] });
    expect(created.text + list.text + detail.text).not.toContain(body.accessToken);
    const { rows } = await api.pool.query(
      'select access_token_encrypted as token from accounts where workspace_id = $1',
      [workspaceId],
    );
    expect(rows[0].token).not.toContain(body.accessToken);
    expect(decryptToken(api.context.secrets.encryptionKey, rows[0].token)).toBe(body.accessToken);
    const audit = await api.pool.query('select * from audit_log where workspace_id = $1', [workspaceId]);
    expect(audit.rows.map((row) => row.action)).toEqual(['account.added']);
    expect(JSON.stringify(audit.rows)).not.toContain(body.accessToken);
  });

  it.each([
    ['a token that Instagram does not know', () => ({ ...request(), accessToken: 'made-up' }), 'accessToken'],
    ['the token of another account', () => ({ ...request(), externalId: '17841499999999999' }), 'externalId'],
    ['the token of a private person', () => request({ accountType: 'PERSONAL' }), 'accessToken'],
  ])('is refused with %s, and nothing is stored', async (_name, body, path) => {
    const { admin: key } = await api.createWorkspace();
    const answer = await api.call('POST', '/api/v1/accounts', { key, body: body() });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ path, message: expect.stringMatching(/./) }]);
    expect((await api.call('GET', '/api/v1/accounts', { key })).body.items).toEqual([]);
  });

  it('is not stored while Instagram does not answer', async () => {
    const { admin: key } = await api.createWorkspace();
    stub.answerWith('/graph/me', { status: 503, body: {} });
    const answer = await api.call('POST', '/api/v1/accounts', { key, body: request() });
    stub.answerWith('/graph/me', null);
    expect(answer.status).toBe(502);
    expect((await api.call('GET', '/api/v1/accounts', { key })).body.items).toEqual([]);
  });

  it('is connected once, in whichever workspace', async () => {
    const [{ admin: first }, { admin: second }] = [await api.createWorkspace(), await api.createWorkspace()];
    const body = request();
    expect((await api.call('POST', '/api/v1/accounts', { key: first, body })).status).toBe(201);
    for (const [key, words] of [
      [first, 'connected already'],
      [second, 'another workspace'],
    ] as const) {
      const again = await api.call('POST', '/api/v1/accounts', { key, body });
      expect(again.status).toBe(409);
      expect(again.body.detail).toContain(words);
      expect(again.text).not.toContain(body.accessToken);
    }
  });

  it('that lost its login takes a new token', async () => {
    const { admin: key } = await api.createWorkspace();
    const body = request();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body })).body;
    await api.pool.query("update accounts set status = 'needs_login' where id = $1", [id]);
    const again = await api.call('POST', '/api/v1/accounts', { key, body });
    expect([again.status, again.body.id, again.body.status]).toEqual([201, id, 'connected']);
  });

  it('can be disconnected and connected again, but not the sandbox', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const body = request();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body })).body;
    expect((await api.call('DELETE', `/api/v1/accounts/${id}`, { key })).status).toBe(204);
    expect((await api.call('DELETE', `/api/v1/accounts/${id}`, { key })).status).toBe(404);
    const again = (await api.call('POST', '/api/v1/accounts', { key, body })).body;

    await api.pool.query('update accounts set is_sandbox = true where workspace_id = $1', [workspaceId]);
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/check'],
      ['POST', '/webhook-test'],
    ] as const) {
      const answer = await api.call(method, `/api/v1/accounts/${again.id}${path}`, { key });
      expect(answer.status).toBe(409);
    }
  });
});

describe('the health of an account', () => {
  it('shows checks, limits and how far it was read', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body: request() })).body;
    await api.pool.query(
      `insert into send_limits (workspace_id, account_id, family, full_at, blocked_until)
       values ($1, $2, 'replies', now() + interval '1 hour', null),
              ($1, $2, 'messages', now(), now() + interval '1 hour')`,
      [workspaceId, id],
    );
    const { status, body, text } = await api.call('POST', `/api/v1/accounts/${id}/check`, { key });

    expect(status, text).toBe(200);
    expect(
      body.checks.map(({ name, status, detail }: Record<string, string>) => [name, status, detail]),
    ).toEqual([
      ['last_event', 'ok', ''],
      ['publishing_limit', 'ok', '3 / 100'],
      ['subscription', 'ok', ''],
      ['token', 'ok', ''],
    ]);
    expect(body.limits).toContainEqual(expect.objectContaining({ family: 'replies', available: 0 }));
    expect(body.limits).toContainEqual(
      expect.objectContaining({ family: 'messages', available: 0, blockedUntil: expect.any(String) }),
    );
    expect(body.limits).toContainEqual({
      family: 'private_replies',
      limit: '750 an hour',
      atOnce: 375,
      available: 375,
      blockedUntil: null,
    });
    // How far it was read goes on changing by itself.
    const { checks, limits } = body;
    expect((await api.call('GET', `/api/v1/accounts/${id}/health`, { key })).body).toMatchObject({
      checks,
      limits,
    });
  });

  it('subscribes anew where the subscription is gone', async () => {
    const { admin: key } = await api.createWorkspace();
    const body = request();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body })).body;
    stub.subscribed.delete(body.externalId);
    const { body: health } = await api.call('POST', `/api/v1/accounts/${id}/check`, { key });
    expect(health.checks).toContainEqual(
      expect.objectContaining({ name: 'subscription', status: 'ok', detail: 'renewed' }),
    );
    expect([...stub.subscribed]).toContain(body.externalId);
  });

  it('ends sending with a dead token and tells people, once', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const body = request();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body })).body;
    stub.revoke(body.accessToken);

    const { body: health } = await api.call('POST', `/api/v1/accounts/${id}/check`, { key });
    await api.call('POST', `/api/v1/accounts/${id}/check`, { key });

    expect(health.checks).toEqual([expect.objectContaining({ name: 'token', status: 'failed' })]);
    const detail = (await api.call('GET', `/api/v1/accounts/${id}`, { key })).body;
    expect(detail).toMatchObject({ status: 'needs_login', lastError: { code: 'instagram_login' } });
    const told = (await api.call('GET', '/api/v1/notifications', { key })).body;
    expect(told).toMatchObject({
      unread: 1,
      items: [{ kind: 'needs_login', link: `/accounts/${id}`, title: expect.stringContaining('@shop') }],
    });
    expect(api.published.filter((one) => one.workspaceId === workspaceId)).toHaveLength(1);
    const { body: checklist } = await api.call('GET', `/api/v1/accounts/${id}/checklist`, { key });
    expect(checklist.steps).toContainEqual(
      expect.objectContaining({ name: 'login', state: 'failed', reason: 'needs_login' }),
    );
  });

  it('says what Instagram said when it only has trouble', async () => {
    const { admin: key } = await api.createWorkspace();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body: request() })).body;
    stub.answerWith('/graph/me', { status: 500, body: { error: { message: 'Try later.', code: 2 } } });
    const { body } = await api.call('POST', `/api/v1/accounts/${id}/check`, { key });
    stub.answerWith('/graph/me', null);
    expect(body.checks).toContainEqual(
      expect.objectContaining({
        name: 'token',
        status: 'warning',
        detail: expect.stringContaining('Try later.'),
      }),
    );
    expect((await api.call('GET', `/api/v1/accounts/${id}`, { key })).body.status).toBe('connected');
  });

  it('tries the way of its webhooks and tells where it breaks', async () => {
    const { admin: key } = await api.createWorkspace();
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body: request() })).body;
    const { body } = await api.call('POST', `/api/v1/accounts/${id}/webhook-test`, { key });
    // This server of the tests takes no webhooks.
    expect(body.steps).toEqual([
      { name: 'handshake', isGood: false, detail: 'HTTP 404' },
      { name: 'delivery', isGood: false, detail: 'HTTP 404' },
      { name: 'subscription', isGood: true, detail: '' },
    ]);
  });
});
