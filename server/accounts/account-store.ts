import type { Account, Page } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';

type AccountRow = Omit<Account, 'createdAt'> & { createdAt: Date; cursorAt: string };

/** Never the token: what isn't read can't leak. */
const SELECT_ACCOUNTS = `
  select id, platform, external_id as "externalId", username, is_sandbox as "isSandbox", status,
    created_at as "createdAt", created_at::text as "cursorAt"
  from accounts`;

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

/** @returns false when an account with this external id is there, in whichever workspace: its events go to one place */
export async function insertAccount(
  db: Queryable,
  account: {
    id: string;
    workspaceId: string;
    platform: 'instagram';
    externalId: string;
    username: string;
    accessTokenEncrypted: string;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
     values ($1, $2, $3, $4, $5, $6) on conflict (platform, external_id) do nothing`,
    [
      account.id,
      account.workspaceId,
      account.platform,
      account.externalId,
      account.username,
      account.accessTokenEncrypted,
    ],
  );
  return rowCount === 1;
}

/** Removes the account and, with it, its token, contacts and conversations. */
export async function deleteAccount(db: Queryable, workspaceId: string, id: string): Promise<void> {
  await db.query('delete from accounts where workspace_id = $1 and id = $2 and not is_sandbox', [
    workspaceId,
    id,
  ]);
}

function viewAccount({ cursorAt: _, ...row }: AccountRow): Account {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
