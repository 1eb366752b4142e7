import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import type { AccountAccess } from '../accounts/account-access.ts';
import { isDeadToken, wordsOf } from '../accounts/account-access.ts';
import type { OwnAccount } from '../accounts/connection-store.ts';
import { loseLogin } from '../accounts/lose-login.ts';
import { subscribeAccount } from '../accounts/subscribe-account.ts';
import type { Live } from '../context.ts';
import { mayDo } from '../instagram-login/permissions.ts';
import type { CheckResult } from './check-store.ts';
import { writeCheck } from './check-store.ts';

export type CheckDeps = { pool: pg.Pool; live: Live; access: AccountAccess };

/** So long without any event is worth a look, though a quiet account has none. */
const QUIET_DAYS = 7;

/**
 * Looks whether an account works: whose token it is, whether its webhooks come, what may still be published. A token that
 * turns out to be dead ends the account's sending. A call that has to wait for its turn leaves the former result as it is.
 */
export async function checkAccount(deps: CheckDeps, account: OwnAccount, signal: AbortSignal): Promise<void> {
  const isAlive = await attempt(deps, account, 'token', () => checkToken(deps, account, signal));
  if (!isAlive) return;
  await attempt(deps, account, 'subscription', () => checkSubscription(deps, account, signal));
  await attempt(deps, account, 'last_event', () => checkLastEvent(deps, account));
  if (mayDo(account, 'publishing')) {
    await attempt(deps, account, 'publishing_limit', () => checkPublishing(deps, account, signal));
  }
}

/** @returns false when the account's token is dead */
async function attempt(
  deps: CheckDeps,
  account: OwnAccount,
  name: string,
  check: () => Promise<Omit<CheckResult, 'name'>>,
): Promise<boolean> {
  try {
    await writeCheck(deps.pool, account, { name, ...(await check()) });
    return true;
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    if (error.throttled || error.code === 'step_closed') return true;
    const words = wordsOf(error);
    const status = error.retryable ? 'warning' : 'failed';
    await writeCheck(deps.pool, account, { name, status, detail: words.message });
    if (!isDeadToken(error)) return true;
    await loseLogin(deps, account, words);
    return false;
  }
}

/** People rename their accounts: what is shown follows. */
async function checkToken({ pool, access }: CheckDeps, account: OwnAccount, signal: AbortSignal) {
  const profile = await access.call(account, 'other', (client) => client.profile(account), signal);
  if (profile.externalId !== account.externalId) {
    throw new NodeError(
      'other_account',
      `The token belongs to @${profile.username}, another account. Connect @${account.username} again.`,
    );
  }
  await pool.query(
    `update accounts set username = $3, profile_picture_url = $4, updated_at = now()
     where workspace_id = $1 and id = $2 and (username, profile_picture_url) is distinct from ($3, $4)`,
    [account.workspaceId, account.id, profile.username, profile.profilePictureUrl],
  );
  return { status: 'ok' as const, detail: '' };
}

/** A subscription that is gone is made anew. */
async function checkSubscription(deps: CheckDeps, account: OwnAccount, signal: AbortSignal) {
  const { pool, access } = deps;
  const appId = access.settings.facebook?.id;
  const isThere = await access.call(
    account,
    'other',
    (client) => client.isSubscribed(account, appId),
    signal,
  );
  if (isThere) {
    await pool.query(
      'update accounts set subscribed_at = now() where workspace_id = $1 and id = $2 and subscribed_at is null',
      [account.workspaceId, account.id],
    );
    return { status: 'ok' as const, detail: '' };
  }
  if (await subscribeAccount(deps, account, signal)) return { status: 'ok' as const, detail: 'renewed' };
  await pool.query('update accounts set subscribed_at = null where workspace_id = $1 and id = $2', [
    account.workspaceId,
    account.id,
  ]);
  return { status: 'failed' as const, detail: '' };
}

async function checkLastEvent({ pool }: CheckDeps, account: OwnAccount) {
  const { rows } = await pool.query<{ at: Date | null; isQuiet: boolean }>(
    `select last_event_at as at, coalesce(last_event_at, created_at) < now() - make_interval(days => $3) as "isQuiet"
     from accounts where workspace_id = $1 and id = $2`,
    [account.workspaceId, account.id, QUIET_DAYS],
  );
  const status = rows[0]?.isQuiet ? ('warning' as const) : ('ok' as const);
  return { status, detail: rows[0]?.at?.toISOString() ?? '' };
}

async function checkPublishing({ access }: CheckDeps, account: OwnAccount, signal: AbortSignal) {
  const { used, total } = await access.call(
    account,
    'other',
    (client) => client.publishingLimit(account),
    signal,
  );
  const isUsedUp = total !== null && used >= total;
  return { status: isUsedUp ? ('warning' as const) : ('ok' as const), detail: `${used} / ${total ?? '?'}` };
}
