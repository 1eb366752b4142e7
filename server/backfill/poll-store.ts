import type { Queryable } from '../flows/flow-store.ts';
import { FIRST_INTERVAL_SECONDS } from './poll-interval.ts';

export type Poll = {
  workspaceId: string;
  accountId: string;
  kind: 'comments' | 'messages';
  readUpTo: Date | null;
  intervalSeconds: number;
  /** The database's time at which it was claimed. */
  now: Date;
};

/** Who claims a poll has so long; when its process dies, another takes it up after that. */
const CLAIM_SECONDS = 5 * 60;

/** Connected accounts that are not read yet are from now on. The sandbox misses nothing. */
export async function openPolls(db: Queryable): Promise<void> {
  await db.query(
    `insert into account_polls (workspace_id, account_id, kind, interval_seconds, next_at)
     select a.workspace_id, a.id, k.kind, $1::int, now() + make_interval(secs => $1::int)
     from accounts a cross join (values ('comments'), ('messages')) as k(kind)
     where a.status = 'connected' and not a.is_sandbox
       and not exists (select 1 from account_polls p where p.account_id = a.id and p.kind = k.kind)
     on conflict do nothing`,
    [FIRST_INTERVAL_SECONDS],
  );
}

/** The poll that is due for the longest time, for this process alone. */
export async function claimPoll(db: Queryable): Promise<Poll | null> {
  const { rows } = await db.query<Poll>(
    `update account_polls p set next_at = now() + make_interval(secs => $1)
     where (p.account_id, p.kind) in (
       select d.account_id, d.kind from account_polls d join accounts a on a.id = d.account_id
       where d.next_at <= now() and a.status = 'connected' and not a.is_sandbox
       order by d.next_at limit 1 for update of d skip locked)
     returning p.workspace_id as "workspaceId", p.account_id as "accountId", p.kind, p.read_up_to as "readUpTo",
       p.interval_seconds as "intervalSeconds", now() as now`,
    [CLAIM_SECONDS],
  );
  return rows[0] ?? null;
}

/** How far it was read, and when it is read again. @param readUpTo null: no further than before */
export async function closePoll(
  db: Queryable,
  poll: Poll,
  result: { readUpTo: Date | null; intervalSeconds: number },
): Promise<void> {
  await db.query(
    `update account_polls set read_up_to = coalesce($4, read_up_to), interval_seconds = $5::int,
       next_at = now() + make_interval(secs => $5::int)
     where workspace_id = $1 and account_id = $2 and kind = $3`,
    [poll.workspaceId, poll.accountId, poll.kind, result.readUpTo, result.intervalSeconds],
  );
}
