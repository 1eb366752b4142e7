import { NodeError } from '../../engine/errors.ts';
import type { AccountAccess } from '../accounts/account-access.ts';
import { connectAccount } from '../accounts/connect-account.ts';
import type { Connection } from '../accounts/connection-store.ts';
import type { ServerContext } from '../context.ts';
import type { LoginOutcome } from '../contract/accounts.ts';
import { roleAllows } from '../http/mount-routes.ts';
import type { Principal } from '../http/route.ts';
import { notify } from '../notifications/notify.ts';
import type { BegunLogin } from './oauth-states.ts';
import { takeLogin } from './oauth-states.ts';
import { PERMISSIONS } from './permissions.ts';

/** What the platform adds to the address when it sends a person back. */
export type LoginAnswer = {
  code?: string | undefined;
  state?: string | undefined;
  error?: string | undefined;
};

/** How it ended; `accountId` where one account was connected. */
export type FinishedLogin = { outcome: LoginOutcome; accountId?: string };

type Found = Omit<Connection, 'workspaceId'>[];

/**
 * A person comes back from the platform: the state is used up, the code becomes a token that lasts, and the accounts behind
 * it are stored. Never throws: whatever goes wrong is an outcome that the page has words for; Meta's own words go into a
 * notification.
 */
export async function finishLogin(
  context: ServerContext,
  access: AccountAccess,
  principal: Principal | null,
  answer: LoginAnswer,
  redirectUrl: string,
): Promise<FinishedLogin> {
  // Used up even where the person is another one: a state that was seen is worth nothing any more.
  const begun = answer.state ? await takeLogin(context.pool, answer.state) : null;
  if (!principal?.userId) return { outcome: 'signed_out' };
  if (!begun || begun.isExpired) return { outcome: 'expired' };
  if (begun.userId !== principal.userId || begun.workspaceId !== principal.workspaceId) {
    return { outcome: 'other_person' };
  }
  if (!roleAllows(principal.role, 'admin')) return { outcome: 'not_allowed' };
  if (answer.error !== undefined || !answer.code) {
    // "error=access_denied&error_reason=user_denied" ("Business Login for Instagram", canceled authorization).
    return { outcome: answer.error === 'access_denied' ? 'refused' : 'failed' };
  }
  try {
    const found = await exchange(access, begun, answer.code, redirectUrl);
    return await storeAll(context, access, principal, found);
  } catch (error) {
    return explain(context, principal, error);
  }
}

async function exchange(
  access: AccountAccess,
  begun: BegunLogin,
  code: string,
  redirectUrl: string,
): Promise<Found> {
  // Instagram appends `#_` to the code; browsers keep it to themselves, but it may come along.
  const bare = code.replace(/#_$/, '');
  return begun.login === 'instagram'
    ? [await fromInstagram(access, bare, redirectUrl)]
    : await fromFacebook(access, bare, redirectUrl, begun.codeVerifier);
}

async function fromInstagram(
  { login, client, settings }: AccountAccess,
  code: string,
  redirectUrl: string,
): Promise<Found[number]> {
  const short = await login.instagramToken(code, redirectUrl);
  const { accessToken, expiresInSeconds } = await login.longLivedInstagramToken(short.accessToken);
  const graphUrl = settings.urls.instagramGraph;
  return {
    login: 'instagram',
    profile: await client.profile({ graphUrl, pageId: null, accessToken }),
    pageId: null,
    permissions: short.permissions,
    accessToken,
    expiresInSeconds,
    graphUrl: null,
  };
}

async function fromFacebook(
  { login, settings }: AccountAccess,
  code: string,
  redirectUrl: string,
  codeVerifier: string,
): Promise<Found> {
  const short = await login.facebookToken(code, redirectUrl, codeVerifier);
  const user = await login.longLivedFacebookToken(short.accessToken);
  const granted = await login.facebookPermissions(user.accessToken);
  const asked = PERMISSIONS.facebook.map(({ name }) => name);
  const pages = await login.facebookPages(user.accessToken);
  return pages.map(({ pageId, accessToken, externalId, username, profilePictureUrl }) => ({
    login: 'facebook',
    profile: { externalId, username, profilePictureUrl },
    pageId,
    permissions: granted.filter((name) => asked.includes(name)),
    accessToken,
    // Those of pages do not expire.
    expiresInSeconds: null,
    graphUrl: settings.urls.facebookGraph,
  }));
}

/** With one of several taken by another workspace the others are connected, and the person is told of the one. */
async function storeAll(
  context: ServerContext,
  access: AccountAccess,
  principal: Principal,
  found: Found,
): Promise<FinishedLogin> {
  const ids: string[] = [];
  for (const connection of found) {
    const stored = await connectAccount(context, access, principal, connection);
    if (stored) ids.push(stored.id);
  }
  if (found.length === 0) return { outcome: 'no_account' };
  if (ids.length < found.length) return { outcome: 'taken' };
  const [accountId] = ids;
  return { outcome: 'connected', ...(ids.length === 1 && accountId && { accountId }) };
}

async function explain(context: ServerContext, principal: Principal, error: unknown): Promise<FinishedLogin> {
  if (!(error instanceof NodeError)) {
    context.log.error({ err: error }, 'A login could not be finished');
    return { outcome: 'failed' };
  }
  context.log.warn({ err: error }, 'A login could not be finished');
  if (error.code === 'not_professional') return { outcome: 'not_professional' };
  await notify(context, {
    workspaceId: principal.workspaceId,
    kind: 'login_failed',
    key: 'login_failed',
    title: 'An account could not be connected',
    text: error.message,
    link: '/accounts',
  });
  return { outcome: error.code === 'instagram_unreachable' ? 'unreachable' : 'failed' };
}
