import type { AccountCheck } from '../contract/accounts.ts';
import type { Queryable } from '../flows/flow-store.ts';

export type CheckResult = Pick<AccountCheck, 'name' | 'status' | 'detail'>;

/** Longest words of the platform that are kept. */
const MOST_CHARACTERS = 1_000;

/** Writes down how a check went; the last result of each name is kept. */
export async function writeCheck(
  db: Queryable,
  account: { workspaceId: string; id: string },
  { name, status, detail }: CheckResult,
): Promise<void> {
  await db.query(
    `insert into account_checks (workspace_id, account_id, name, status, detail, checked_at)
     values ($1, $2, $3, $4, $5, now())
     on conflict (account_id, name) do update set status = excluded.status, detail = excluded.detail,
       checked_at = excluded.checked_at`,
    [account.workspaceId, account.id, name, status, detail.slice(0, MOST_CHARACTERS)],
  );
}

export async function readChecks(
  db: Queryable,
  workspaceId: string,
  accountId: string,
): Promise<AccountCheck[]> {
  const { rows } = await db.query<CheckResult & { checkedAt: Date }>(
    `select name, status, detail, checked_at as "checkedAt" from account_checks
     where workspace_id = $1 and account_id = $2 order by name`,
    [workspaceId, accountId],
  );
  return rows.map(({ checkedAt, ...row }) => ({ ...row, checkedAt: checkedAt.toISOString() }));
}
