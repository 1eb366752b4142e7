import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { decryptToken } from './token-cipher.ts';

const TOKEN = 'IGQVJ-very-secret-token';
const ACCOUNT = {
  platform: 'instagram',
  externalId: '17841400000000001',
  username: 'shop',
  accessToken: TOKEN,
};

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('accounts', () => {
  it('take a token in, keep it encrypted and never give it out', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();

    const created = await api.call('POST', '/api/v1/accounts', { key, body: ACCOUNT });

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ username: 'shop', isSandbox: false, status: 'connected' });
    const list = await api.call('GET', '/api/v1/accounts', { key });
    expect(list.body.items).toEqual([created.body]);
    expect(created.text + list.text).not.toMatch(/token/i);
    const { rows } = await api.pool.query(
      'select access_token_encrypted as token from accounts where workspace_id = $1',
      [workspaceId],
    );
    expect(rows[0].token).not.toContain(TOKEN);
    expect(decryptToken(api.context.secrets.encryptionKey, rows[0].token)).toBe(TOKEN);
    const audit = await api.pool.query('select * from audit_log where workspace_id = $1', [workspaceId]);
    expect(audit.rows.map((row) => row.action)).toEqual(['account.added']);
    expect(JSON.stringify(audit.rows)).not.toContain(TOKEN);
  });

  it('are connected once, in whichever workspace', async () => {
    const [{ admin: first }, { admin: second }] = [await api.createWorkspace(), await api.createWorkspace()];
    const body = { ...ACCOUNT, externalId: '17841400000000002' };
    expect((await api.call('POST', '/api/v1/accounts', { key: first, body })).status).toBe(201);
    for (const key of [first, second]) {
      const again = await api.call('POST', '/api/v1/accounts', { key, body });
      expect(again.status).toBe(409);
      expect(again.text).not.toContain(TOKEN);
    }
  });

  it('can be disconnected and connected again, but not the sandbox', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const body = { ...ACCOUNT, externalId: '17841400000000003' };
    const { id } = (await api.call('POST', '/api/v1/accounts', { key, body })).body;
    expect((await api.call('DELETE', `/api/v1/accounts/${id}`, { key })).status).toBe(204);
    expect((await api.call('DELETE', `/api/v1/accounts/${id}`, { key })).status).toBe(404);
    const again = (await api.call('POST', '/api/v1/accounts', { key, body })).body;

    await api.pool.query('update accounts set is_sandbox = true where workspace_id = $1', [workspaceId]);
    expect((await api.call('DELETE', `/api/v1/accounts/${again.id}`, { key })).status).toBe(409);
  });
});
