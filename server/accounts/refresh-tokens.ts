import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import { writeCheck } from '../account-checks/check-store.ts';
import type { Live } from '../context.ts';
import type { Logger } from '../log.ts';
import { notify, withdrawNotice } from '../notifications/notify.ts';
import type { AccountAccess } from './account-access.ts';
import { isDeadToken, wordsOf } from './account-access.ts';
import type { OwnAccount } from './connection-store.ts';
import { expiryKeyOf, loseLogin } from './lose-login.ts';
import { encryptToken } from './token-cipher.ts';

/** Name of the check in which the last try stands. */
export const REFRESH_CHECK = 'token_refresh';

type Deps = {
  pool: pg.Pool;
  live: Live;
  log: Logger;
  access: AccountAccess;
  encryptionKey: string;
};

/**
 * Tokens of the Instagram login live for 60 days and are renewed after 50; not before they are 24 hours old ("Refresh Access
 * Token"). Nobody knows how old a token is that was typed in: it is renewed after a day, which tells. After a failure the
 * next try is a day later.
 */
const DUE = `
select id, workspace_id as "workspaceId", token_expires_at as "expiresAt",
  (token_expires_at <= now()) is true as "isExpired",
  exists (select 1 from account_checks c where c.account_id = a.id and c.name = '${REFRESH_CHECK}'
    and c.status <> 'ok') as "hasFailed"
from accounts a
where status = 'connected' and not is_sandbox and login in ('instagram', 'manual')
  and token_issued_at < now() - interval '24 hours'
  and (token_issued_at < now() - interval '50 days' or token_expires_at < now() + interval '10 days'
    or (token_expires_at is null and login = 'manual'))
  and not exists (select 1 from account_checks c where c.account_id = a.id and c.name = '${REFRESH_CHECK}'
    and c.checked_at > now() - interval '23 hours')
order by token_expires_at nulls last limit 200`;

type DueRow = {
  id: string;
  workspaceId: string;
  expiresAt: Date | null;
  isExpired: boolean;
  hasFailed: boolean;
};

/** Renews what is due, one after the other. @returns how many were renewed */
export async function refreshTokens(deps: Deps, signal: AbortSignal): Promise<number> {
  const { rows } = await deps.pool.query<DueRow>(DUE);
  let renewed = 0;
  for (const row of rows) {
    if (signal.aborted) break;
    const account = await deps.access.load(row).catch(() => null);
    if (account && (await refresh(deps, account, row))) renewed += 1;
  }
  return renewed;
}

async function refresh(deps: Deps, account: OwnAccount, due: DueRow): Promise<boolean> {
  try {
    const { accessToken, expiresInSeconds } = await deps.access.login.refreshInstagramToken(
      account.accessToken,
    );
    await storeRenewed(deps, account, accessToken, expiresInSeconds);
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    await fail(deps, account, due, error);
    return false;
  }
  await writeCheck(deps.pool, account, { name: REFRESH_CHECK, status: 'ok', detail: '' });
  await withdrawNotice(deps.pool, account.workspaceId, expiryKeyOf(account.id));
  return true;
}

/** Only over the token that was renewed: somebody may have connected the account anew meanwhile. */
async function storeRenewed(
  { pool, encryptionKey }: Deps,
  account: OwnAccount,
  accessToken: string,
  expiresInSeconds: number | null,
): Promise<void> {
  await pool.query(
    `update accounts set access_token_encrypted = $3, token_issued_at = now(),
       token_expires_at = now() + make_interval(secs => $4), updated_at = now()
     where workspace_id = $1 and id = $2 and md5(access_token_encrypted) = $5`,
    [
      account.workspaceId,
      account.id,
      encryptToken(encryptionKey, accessToken),
      expiresInSeconds,
      account.tokenPrint,
    ],
  );
}

/**
 * Trouble on the way is tried again every day for as long as the token lives. A refusal is tried once more; then the account
 * has to be connected again. A typed-in token that can't be renewed may be of a kind that needs no renewal: the regular
 * check finds out when it ends.
 */
async function fail(deps: Deps, account: OwnAccount, due: DueRow, error: NodeError): Promise<void> {
  const words = wordsOf(error);
  deps.log.warn({ err: error, accountId: account.id }, 'A token could not be renewed; tried again tomorrow');
  await writeCheck(deps.pool, account, { name: REFRESH_CHECK, status: 'warning', detail: words.message });
  const isRefusedTwice = due.hasFailed && !error.retryable && (due.expiresAt !== null || isDeadToken(error));
  if (due.isExpired || isRefusedTwice) return loseLogin(deps, account, words);
  if (due.expiresAt === null) return;
  await notify(deps, {
    workspaceId: account.workspaceId,
    kind: 'token_expires',
    key: expiryKeyOf(account.id),
    title: `The login of @${account.username} could not be renewed`,
    text: `It is tried again tomorrow. If that fails too, connect the account again before ${due.expiresAt.toISOString().slice(0, 10)}. ${words.message}`,
    link: `/accounts/${account.id}`,
    atMostEverySeconds: 20 * 3_600,
  });
}
