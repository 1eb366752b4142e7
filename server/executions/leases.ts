import type pg from 'pg';
import { LEASE_SECONDS } from './claim-executions.ts';

/** Says that this process still works on these executions. Answers those it no longer holds and those to be cancelled. */
export async function renewLeases(
  pool: pg.Pool,
  leaseOwner: string,
  executionIds: string[],
): Promise<{ lost: string[]; cancelled: string[] }> {
  const { rows } = await pool.query<{ id: string; cancel_requested: boolean }>({
    name: 'renew-leases',
    text: `update flow_executions set lease_until = now() + make_interval(secs => $3)
      where id = any($1::uuid[]) and lease_owner = $2 and status = 'running' returning id, cancel_requested`,
    values: [executionIds, leaseOwner, LEASE_SECONDS],
  });
  const held = new Set(rows.map(({ id }) => id));
  return {
    lost: executionIds.filter((id) => !held.has(id)),
    cancelled: rows.filter((row) => row.cancel_requested).map(({ id }) => id),
  };
}

/** Gives executions back unfinished, for any process to go on with. Answers those it gave. */
export async function handBack(pool: pg.Pool, leaseOwner: string, executionIds: string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `update flow_executions set status = 'queued', lease_owner = null, lease_until = null
     where id = any($1::uuid[]) and lease_owner = $2 and status = 'running' returning id`,
    [executionIds, leaseOwner],
  );
  return rows.map(({ id }) => id);
}

/** Queues again what a process held that gave no sign of life until its lease ran out. */
export async function takeBackExpired(pool: pg.Pool, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'take-back-expired',
    text: `with expired as (
        select id from flow_executions where status = 'running' and (lease_until is null or lease_until < now())
        order by created_at limit $1 for update skip locked
      )
      update flow_executions e set status = 'queued', lease_owner = null, lease_until = null
      from expired where e.id = expired.id returning e.id`,
    values: [limit],
  });
  return rows.map(({ id }) => id);
}

/**
 * Queues again whatever was running. Only for a process that is alone on its database (the embedded shape) and has
 * started nothing yet: every lease is then of a process that is gone.
 */
export async function takeBackAll(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `update flow_executions set status = 'queued', lease_owner = null, lease_until = null where status = 'running'`,
  );
  return rowCount ?? 0;
}
