import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { loginSettings } from '../instagram-login/login-settings.ts';
import type { LoginStub } from '../instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../instagram-login/testing/login-stub.ts';
import type { AccountAccess } from './account-access.ts';
import { createAccountAccess } from './account-access.ts';
import { storeConnection } from './connection-store.ts';
import { refreshTokens } from './refresh-tokens.ts';
import { decryptToken } from './token-cipher.ts';

let stub: LoginStub;
let api: ApiServer;
let access: AccountAccess;
beforeAll(async () => {
  stub = await startLoginStub();
  api = await startApi({ environment: stub.environment });
  const { pool, config, secrets } = api.context;
  access = createAccountAccess({
    pool,
    encryptionKey: secrets.encryptionKey,
    settings: loginSettings(config),
    rateLimits: config.INSTAGRAM_RATE_LIMITS,
  });
});
afterAll(async () => {
  await access.close();
  await api.close();
  await stub.close();
});
beforeEach(() => api.pool.query('delete from accounts'));

let count = 0;
async function accountWith(token: {
  ageDays: number;
  leftDays: number | null;
  login?: 'instagram' | 'facebook' | 'manual';
}) {
  count += 1;
  const profile = { externalId: `17841${count}`, username: 'shop', profilePictureUrl: null };
  const { id: workspaceId, admin: key } = await api.createWorkspace();
  const accessToken = stub.issueToken(profile);
  const stored = await storeConnection(api.pool, api.context.secrets.encryptionKey, {
    workspaceId,
    login: token.login ?? 'instagram',
    profile,
    pageId: null,
    permissions: [],
    accessToken,
    expiresInSeconds: null,
    graphUrl: null,
  });
  await api.pool.query(
    `update accounts set token_issued_at = now() - make_interval(days => $2),
       token_expires_at = now() + make_interval(days => $3) where id = $1`,
    [stored?.id, token.ageDays, token.leftDays],
  );
  const read = async () => {
    const { rows } = await api.pool.query(
      `select *, token_issued_at > now() - interval '1 minute' as "isFresh",
         token_expires_at > now() + interval '59 days' as "isLong" from accounts where id = $1`,
      [stored?.id],
    );
    return rows[0];
  };
  return { id: stored?.id, workspaceId, key, accessToken, read };
}

const refresh = () =>
  refreshTokens(
    { ...api.context, access, encryptionKey: api.context.secrets.encryptionKey },
    new AbortController().signal,
  );
const aDayPasses = () =>
  api.pool.query("update account_checks set checked_at = checked_at - interval '1 day'");

describe('tokens', () => {
  it('are renewed after 50 days, for another 60', async () => {
    const account = await accountWith({ ageDays: 51, leftDays: 9 });
    expect(await refresh()).toBe(1);
    const row = await account.read();
    expect(row).toMatchObject({ isFresh: true, isLong: true, status: 'connected' });
    const token = decryptToken(api.context.secrets.encryptionKey, row.access_token_encrypted);
    expect(token).not.toBe(account.accessToken);
    expect(await refresh()).toBe(0);
  });

  it.each([
    ['younger ones', { ageDays: 49, leftDays: 11 }],
    ['those of today', { ageDays: 0, leftDays: 1 }],
    ['those of pages', { ageDays: 100, leftDays: null, login: 'facebook' as const }],
  ])('are left alone: %s', async (_name, age) => {
    await accountWith(age);
    expect(await refresh()).toBe(0);
  });

  it('that were typed in are renewed after a day, so that their end is known', async () => {
    const account = await accountWith({ ageDays: 2, leftDays: null, login: 'manual' });
    expect(await refresh()).toBe(1);
    expect(await account.read()).toMatchObject({ isFresh: true, isLong: true });
  });

  it('that can’t be renewed are tried again the next day, then the account has to sign in', async () => {
    const account = await accountWith({ ageDays: 51, leftDays: 9 });
    stub.revoke(account.accessToken);

    expect([await refresh(), await refresh()]).toEqual([0, 0]);
    expect(await account.read()).toMatchObject({ status: 'connected' });
    const first = await api.call('GET', '/api/v1/notifications', { key: account.key });
    expect(first.body.items).toEqual([expect.objectContaining({ kind: 'token_expires' })]);

    await aDayPasses();
    await refresh();
    expect(await account.read()).toMatchObject({ status: 'needs_login' });
    const then = await api.call('GET', '/api/v1/notifications', { key: account.key });
    expect(then.body.items.map(({ kind }: { kind: string }) => kind)).toContain('needs_login');
  });

  it('outlive trouble on the way for as long as they are valid', async () => {
    const account = await accountWith({ ageDays: 51, leftDays: 9 });
    stub.answerWith('/refresh_access_token', { status: 503, body: {} });
    for (let day = 0; day < 3; day += 1) {
      await refresh();
      await aDayPasses();
    }
    expect(await account.read()).toMatchObject({ status: 'connected' });
    await api.pool.query("update accounts set token_expires_at = now() - interval '1 minute'");
    await refresh();
    stub.answerWith('/refresh_access_token', null);
    expect(await account.read()).toMatchObject({ status: 'needs_login' });
  });
});
