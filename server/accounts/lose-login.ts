import type { Live } from '../context.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { notify, withdrawNotice } from '../notifications/notify.ts';

type LostAccount = { id: string; workspaceId: string; username: string };
type Deps = { pool: Queryable; live: Live };

const keyOf = (accountId: string): string => `needs_login:${accountId}`;

/**
 * The token of an account is dead: nothing is sent for it any more (AccountDirectory refuses it), its events are stored
 * and start flows as before, and people are told. Does nothing where that is known already, or where the account has been
 * given a newer token.
 */
export async function loseLogin(
  deps: Deps,
  account: LostAccount & { tokenPrint: string },
  reason: { code: string; message: string },
): Promise<void> {
  const { rowCount } = await deps.pool.query(
    `update accounts set status = 'needs_login', last_error = $3, last_error_at = now(), updated_at = now()
     where workspace_id = $1 and id = $2 and status = 'connected' and md5(access_token_encrypted) = $4`,
    [account.workspaceId, account.id, JSON.stringify(reason), account.tokenPrint],
  );
  if (rowCount === 1) await tellLoginLost(deps, account, reason.message);
}

/** Tells people that an account has lost its login. */
export async function tellLoginLost(deps: Deps, account: LostAccount, reason: string): Promise<void> {
  await notify(deps, {
    workspaceId: account.workspaceId,
    kind: 'needs_login',
    key: keyOf(account.id),
    title: `@${account.username} has to sign in again`,
    text: `Nothing is sent for this account until it is connected again. Comments and messages are still received. ${reason}`,
    link: `/accounts/${account.id}`,
  });
}

/** It is connected again. */
export async function regainLogin(db: Queryable, account: Omit<LostAccount, 'username'>): Promise<void> {
  await withdrawNotice(db, account.workspaceId, keyOf(account.id));
  await withdrawNotice(db, account.workspaceId, expiryKeyOf(account.id));
}

/** Of the notice that a token could not be renewed and ends soon. */
export const expiryKeyOf = (accountId: string): string => `token_expires:${accountId}`;
