import type pg from 'pg';
import type { NodeError } from '../../engine/errors.ts';

export type LoginLost = { accountId: string; workspaceId: string; username: string; reason: string };

type Account = { id: string; workspaceId: string; username: string; tokenPrint: string };

/**
 * Instagram no longer accepts the token: the account needs a new login, and until then nothing is sent for it. Its events
 * are still stored.
 * @param account with the print of the token that was refused: a newer one is not blamed
 * @returns whether this call changed it, so that people are told once
 */
export async function markNeedsLogin(
  pool: Pick<pg.Pool, 'query'>,
  account: Account,
  error: NodeError,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'mark-needs-login',
    text: `update accounts set status = 'needs_login', last_error = $4, last_error_at = now(), updated_at = now()
      where workspace_id = $1 and id = $2 and status = 'connected' and md5(access_token_encrypted) = $3`,
    values: [account.workspaceId, account.id, account.tokenPrint, storedError(error)],
  });
  return rowCount === 1;
}

/** Keeps the last trouble of an account for its page. */
export async function keepLastError(
  pool: Pick<pg.Pool, 'query'>,
  account: Pick<Account, 'id' | 'workspaceId'>,
  error: NodeError,
): Promise<void> {
  await pool.query({
    name: 'keep-last-error',
    text: `update accounts set last_error = $3, last_error_at = now() where workspace_id = $1 and id = $2`,
    values: [account.workspaceId, account.id, storedError(error)],
  });
}

const storedError = ({ code, message }: NodeError): string => JSON.stringify({ code, message });
