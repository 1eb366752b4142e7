import { newId } from '../database/id.ts';
import type { Queryable } from '../flows/flow-store.ts';

/**
 * How long a reservation lasts at most: longer than any call with its retries. The same for all, so that the day on which
 * one was made follows from its end.
 */
const RESERVATION_SECONDS = 900;

/** Sums of cents in binary are off by less than this. */
const EPSILON_USD = 1e-9;

/** What a call may cost at most, held back until its cost is known. */
export type Reservation = { id: string /** UTC, `2026-03-01`. */; day: string; usd: number };

export type Spending = {
  day: string;
  spentUsd: number;
  /** What calls under way may still cost. */
  reservedUsd: number;
};

/**
 * Holds back what a call may cost at most. One statement, and the check is made on the locked row: however many processes
 * ask at once, a day's spending and reservations together never exceed the budget.
 * @returns null when the rest of the day's budget does not reach
 */
export async function reserve(
  db: Queryable,
  request: { workspaceId: string; usd: number; dailyUsd: number },
): Promise<Reservation | null> {
  const { workspaceId, usd, dailyUsd } = request;
  const id = newId();
  const { rows } = await db.query<{ day: string }>({
    name: 'ai-reserve',
    text: `with day as (
        insert into ai_budget_days as d (workspace_id, day, spent_usd)
        select $1::uuid, (now() at time zone 'utc')::date, $2::float8 where $2::float8 <= $3::float8
        on conflict (workspace_id, day) do update set spent_usd = d.spent_usd + excluded.spent_usd
          where d.spent_usd + excluded.spent_usd <= $3::float8
        returning day
      ), reservation as (
        insert into ai_reservations (id, workspace_id, usd, expires_at)
        select $4, $1, $2, now() + make_interval(secs => ${RESERVATION_SECONDS}) from day
      )
      select day::text from day`,
    values: [workspaceId, usd, dailyUsd + EPSILON_USD, id],
  });
  const day = rows[0]?.day;
  return day === undefined ? null : { id, day, usd };
}

/**
 * Gives back what processes that died had reserved. What their last calls cost is known to nobody and not counted.
 * @param workspaceId null: of all
 * @returns how many there were
 */
export async function releaseExpired(db: Queryable, workspaceId: string | null): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `with gone as (
       delete from ai_reservations where ($1::uuid is null or workspace_id = $1) and expires_at < now()
       returning workspace_id, usd,
         ((expires_at - make_interval(secs => ${RESERVATION_SECONDS})) at time zone 'utc')::date as day
     ), sums as (
       select workspace_id, day, sum(usd) as usd, count(*) as count from gone group by 1, 2
     ), given_back as (
       update ai_budget_days d set spent_usd = greatest(0, d.spent_usd - sums.usd) from sums
       where d.workspace_id = sums.workspace_id and d.day = sums.day
     )
     select coalesce(sum(count), 0)::int as count from sums`,
    [workspaceId],
  );
  return rows[0]?.count ?? 0;
}

/** What was spent today, and what is held back. */
export async function spendingToday(db: Queryable, workspaceId: string): Promise<Spending> {
  const { rows } = await db.query<Spending>({
    name: 'ai-spending',
    text: `select today.day::text as day,
        greatest(0, coalesce(d.spent_usd, 0) - held.usd) as "spentUsd", held.usd as "reservedUsd"
      from (select (now() at time zone 'utc')::date as day) today
      left join ai_budget_days d on d.workspace_id = $1 and d.day = today.day
      cross join lateral (
        select coalesce(sum(usd), 0)::float8 as usd from ai_reservations
        where workspace_id = $1
          and ((expires_at - make_interval(secs => ${RESERVATION_SECONDS})) at time zone 'utc')::date = today.day
      ) held`,
    values: [workspaceId],
  });
  const row = rows[0];
  if (!row) throw new Error('The database has no today.');
  return row;
}
