import type pg from 'pg';
import type { Family } from './rate-limits.ts';
import type { Answer, Budget } from './send-budget.ts';
import { HORIZON_MS } from './send-budget.ts';

export type AccountKey = { id: string; workspaceId: string };

/** What a process asks for one family of one account, for all its callers of this moment. */
export type Ask = {
  account: AccountKey;
  family: Family;
  budget: Budget;
  /** Callers that need a permit; 0 only looks. */
  wanted: number;
  /** Taken beside them as far as they are there at once. */
  spare: number;
};

/** The time that all processes share; tests give a time of their own. */
export const DATABASE_CLOCK = 'clock_timestamp()';

/**
 * Takes permits out of the buckets, one statement for all that is asked. Accounts are locked in one order, so that
 * processes never wait for each other in a circle.
 * @param asks one for each account and family
 * @returns the answers in the order of the asks
 */
export async function takePermits(
  pool: pg.Pool,
  asks: readonly Ask[],
  clock = DATABASE_CLOCK,
): Promise<Answer[]> {
  const answers = await ask(pool, asks, clock);
  const unknown = asks.filter((asked) => !answers.has(keyOf(asked.account.id, asked.family)));
  if (unknown.length > 0) {
    await pool.query({
      name: 'open-send-limits',
      text: OPEN_LIMITS,
      values: [
        unknown.map(({ account }) => account.workspaceId),
        unknown.map(({ account }) => account.id),
        unknown.map(({ family }) => family),
      ],
    });
    for (const [key, answer] of await ask(pool, unknown, clock)) answers.set(key, answer);
  }
  return asks.map(({ account, family }) => {
    const answer = answers.get(keyOf(account.id, family));
    if (!answer) throw new Error(`Account ${account.id} has no limits: it is gone.`);
    return answer;
  });
}

async function ask(pool: pg.Pool, asks: readonly Ask[], clock: string): Promise<Map<string, Answer>> {
  const { rows } = await pool.query<Answer & { accountId: string; family: string }>({
    name: 'take-permits',
    text: takePermitsSql(clock),
    values: [
      asks.map(({ account }) => account.workspaceId),
      asks.map(({ account }) => account.id),
      asks.map(({ family }) => family),
      asks.map(({ budget }) => budget.intervalMs),
      asks.map(({ budget }) => budget.burst),
      asks.map(({ wanted }) => wanted),
      asks.map(({ spare }) => spare),
    ],
  });
  return new Map(rows.map(({ accountId, family, ...answer }) => [keyOf(accountId, family), answer]));
}

const keyOf = (accountId: string, family: string): string => `${accountId} ${family}`;

const OPEN_LIMITS = `insert into send_limits (workspace_id, account_id, family, full_at)
select workspace_id, account_id, family, to_timestamp(0)
from unnest($1::uuid[], $2::uuid[], $3::text[]) as a(workspace_id, account_id, family)
order by account_id, family on conflict do nothing`;

/**
 * The commit does not wait for the disk: a database that crashes forgets the permits of a fraction of a second, which is
 * worth less than a disk's time before every reply.
 */
const takePermitsSql = (clock: string) => `
with asked as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::int[], $6::int[], $7::int[])
    as a(workspace_id, account_id, family, interval_ms, burst, wanted, spare)
), clock as materialized (
  select extract(epoch from ${clock})::float8 * 1000 as now_ms, set_config('synchronous_commit', 'off', true)
), held as materialized (
  select s.account_id, s.family, a.interval_ms, a.burst, a.wanted, a.spare, clock.now_ms,
    greatest(extract(epoch from s.full_at)::float8 * 1000, clock.now_ms) as base_ms,
    extract(epoch from s.blocked_until)::float8 * 1000 as blocked_ms
  from send_limits s
    join asked a on a.workspace_id = s.workspace_id and a.account_id = s.account_id and a.family = s.family
    cross join clock
  order by s.account_id, s.family for update of s
), counted as (
  select *, greatest(0, floor(burst - (base_ms - now_ms) / interval_ms + 1e-6)) as free,
    least(wanted, greatest(0, floor(burst + (${HORIZON_MS} - (base_ms - now_ms)) / interval_ms))) as reserved
  from held
), sums as (
  select *, reserved + least(spare, greatest(0, free - reserved)) as taken from counted
), written as (
  update send_limits s set full_at = to_timestamp((sums.base_ms + sums.taken * sums.interval_ms) / 1000)
  from sums where s.account_id = sums.account_id and s.family = sums.family and sums.taken > 0
)
select account_id as "accountId", family, now_ms as "nowMs", base_ms as "baseMs", reserved, taken,
  blocked_ms as "blockedUntilMs"
from sums`;

/** A pause that Instagram asked for. */
export type Pause = { account: AccountKey; family: Family; budget: Budget; forMs: number };

/**
 * Writes down that Instagram wants silence, for all processes. Afterwards the bucket is empty: what waited goes on at the
 * pace of the limit, not all at once into the next refusal. A longer pause that is known already stays.
 * @param pauses one for each account and family
 */
export async function pauseSending(
  pool: pg.Pool,
  pauses: readonly Pause[],
  clock = DATABASE_CLOCK,
): Promise<void> {
  await pool.query({
    name: 'pause-sending',
    text: `insert into send_limits as s (workspace_id, account_id, family, full_at, blocked_until)
      select workspace_id, account_id, family, now + for_ms * ms + filling_ms * ms, now + for_ms * ms
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::float8[])
          as a(workspace_id, account_id, family, for_ms, filling_ms)
        cross join (select ${clock} as now, interval '1 millisecond' as ms) as times
      order by account_id, family
      on conflict (account_id, family) do update set full_at = greatest(s.full_at, excluded.full_at),
        blocked_until = greatest(s.blocked_until, excluded.blocked_until)`,
    values: [
      pauses.map(({ account }) => account.workspaceId),
      pauses.map(({ account }) => account.id),
      pauses.map(({ family }) => family),
      pauses.map(({ forMs }) => forMs),
      pauses.map(({ budget }) => budget.burst * budget.intervalMs),
    ],
  });
}
