import type { AccountDetail } from '../contract/accounts.ts';
import type { Account, Page } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';

type AccountRow = Omit<Account, 'createdAt'> & { createdAt: Date; cursorAt: string };

/** Never the token: what isn't read can't leak. */
const ACCOUNT_COLUMNS = `id, platform, external_id as "externalId", username, is_sandbox as "isSandbox", status,
    created_at as "createdAt"`;

const SELECT_ACCOUNTS = `select ${ACCOUNT_COLUMNS}, created_at::text as "cursorAt" from accounts`;

/** Accounts, newest first. */
export async function listAccounts(
  db: Queryable,
  request: { workspaceId: string; limit: number; after: PageKey | null },
): Promise<Page<Account>> {
  const { rows } = await db.query<AccountRow>(
    `${SELECT_ACCOUNTS} where workspace_id = $1
       and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
     order by created_at desc, id desc limit $4`,
    [request.workspaceId, request.after?.at ?? null, request.after?.id ?? null, request.limit + 1],
  );
  return toPage(rows, request.limit, viewAccount);
}

/** @throws HttpProblem 404 */
export async function getAccount(db: Queryable, workspaceId: string, id: string): Promise<Account> {
  const { rows } = await db.query<AccountRow>(`${SELECT_ACCOUNTS} where workspace_id = $1 and id = $2`, [
    workspaceId,
    id,
  ]);
  const row = rows[0];
  if (!row) throw notFound('account');
  return viewAccount(row);
}

type DetailRow = Omit<AccountDetail, 'createdAt' | DateField> & { createdAt: Date } & Record<
    DateField,
    Date | null
  >;
type DateField = 'tokenIssuedAt' | 'tokenExpiresAt' | 'subscribedAt' | 'lastEventAt' | 'lastErrorAt';

/** Everything about an account but its token. @throws HttpProblem 404 */
export async function getAccountDetail(
  db: Queryable,
  workspaceId: string,
  id: string,
): Promise<AccountDetail> {
  const { rows } = await db.query<DetailRow>(
    `select ${ACCOUNT_COLUMNS}, login, profile_picture_url as "profilePictureUrl", permissions,
       token_issued_at as "tokenIssuedAt", token_expires_at as "tokenExpiresAt", subscribed_at as "subscribedAt",
       last_event_at as "lastEventAt", last_error_at as "lastErrorAt",
       case when last_error is not null
         then jsonb_build_object('code', last_error->>'code', 'message', last_error->>'message') end as "lastError"
     from accounts where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  );
  const row = rows[0];
  if (!row) throw notFound('account');
  const { tokenIssuedAt, tokenExpiresAt, subscribedAt, lastEventAt, lastErrorAt, createdAt, ...rest } = row;
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    tokenIssuedAt: iso(tokenIssuedAt),
    tokenExpiresAt: iso(tokenExpiresAt),
    subscribedAt: iso(subscribedAt),
    lastEventAt: iso(lastEventAt),
    lastErrorAt: iso(lastErrorAt),
  };
}

/** Removes the account and, with it, its token, contacts and conversations. */
export async function deleteAccount(db: Queryable, workspaceId: string, id: string): Promise<void> {
  await db.query('delete from accounts where workspace_id = $1 and id = $2 and not is_sandbox', [
    workspaceId,
    id,
  ]);
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function viewAccount({ cursorAt: _, ...row }: AccountRow): Account {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
