import type pg from 'pg';
import type { AccountAccess } from './account-access.ts';
import { wordsOf } from './account-access.ts';
import type { OwnAccount } from './connection-store.ts';
import { noteError } from './connection-store.ts';

/** Has the account's webhooks sent to us. What goes wrong is noted on the account: it is connected all the same. */
export async function subscribeAccount(
  deps: { pool: pg.Pool; access: AccountAccess },
  account: OwnAccount,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await deps.access.call(account, 'other', (client) => client.subscribe(account), signal);
  } catch (error) {
    await noteError(deps.pool, account, wordsOf(error));
    return false;
  }
  await deps.pool.query('update accounts set subscribed_at = now() where workspace_id = $1 and id = $2', [
    account.workspaceId,
    account.id,
  ]);
  return true;
}
