import { readChecks } from '../account-checks/check-store.ts';
import type { AccountHealth } from '../contract/accounts.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { Family, RateLimits } from '../instagram/rate-limits.ts';
import { describeLimit, FAMILIES } from '../instagram/rate-limits.ts';
import { budgetOf } from '../instagram/send-budget.ts';

/** How an account does: its checks, what of its send limits is used up, how far it was read. */
export async function accountHealth(
  deps: { pool: Queryable; rateLimits: RateLimits },
  workspaceId: string,
  accountId: string,
): Promise<AccountHealth> {
  const { pool, rateLimits } = deps;
  const [checks, used, polls] = await Promise.all([
    readChecks(pool, workspaceId, accountId),
    readUsed(pool, workspaceId, accountId),
    readPolls(pool, workspaceId, accountId),
  ]);
  const limits = FAMILIES.map((family) => {
    const limit = rateLimits[family];
    const { burst, intervalMs } = budgetOf(limit);
    const row = used.get(family);
    const taken = Math.ceil((row?.fillsInMs ?? 0) / intervalMs);
    return {
      family,
      limit: describeLimit(limit),
      atOnce: burst,
      available: row?.blockedUntil ? 0 : Math.max(0, Math.floor(burst - taken)),
      blockedUntil: row?.blockedUntil?.toISOString() ?? null,
    };
  });
  return { checks, limits, polls };
}

type Used = { family: Family; fillsInMs: number; blockedUntil: Date | null };

async function readUsed(db: Queryable, workspaceId: string, accountId: string): Promise<Map<string, Used>> {
  const { rows } = await db.query<Used>(
    `select family, greatest(0, extract(epoch from full_at - now()) * 1000)::float8 as "fillsInMs",
       case when blocked_until > now() then blocked_until end as "blockedUntil"
     from send_limits where workspace_id = $1 and account_id = $2`,
    [workspaceId, accountId],
  );
  return new Map(rows.map((row) => [row.family, row]));
}

async function readPolls(
  db: Queryable,
  workspaceId: string,
  accountId: string,
): Promise<AccountHealth['polls']> {
  const { rows } = await db.query<{
    kind: 'comments' | 'messages';
    readUpTo: Date | null;
    nextAt: Date;
    intervalSeconds: number;
  }>(
    `select kind, read_up_to as "readUpTo", next_at as "nextAt", interval_seconds as "intervalSeconds"
     from account_polls where workspace_id = $1 and account_id = $2 order by kind`,
    [workspaceId, accountId],
  );
  return rows.map(({ readUpTo, nextAt, ...row }) => ({
    ...row,
    readUpTo: readUpTo?.toISOString() ?? null,
    nextAt: nextAt.toISOString(),
  }));
}
