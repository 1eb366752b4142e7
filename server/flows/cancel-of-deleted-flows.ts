import type { Queryable } from './flow-store.ts';

/** Rows of one statement, so that it never holds many locks. */
const BATCH = 500;

/**
 * Cancels what is queued or waits of flows that were deleted: nobody is answered by a flow that is gone. Small
 * statements; one that a process just takes is left to it. Safe to repeat, and repeated by the retention (server/retention/)
 * for what a crash or a running execution left behind.
 * @param options `flowId`: only of this flow; `signal`: stops between two statements
 * @returns how many were cancelled
 */
export async function cancelOfDeletedFlows(
  db: Queryable,
  options: { flowId?: string; signal?: AbortSignal } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const { rowCount } = await db.query(CANCEL, [options.flowId ?? null, BATCH]);
    total += rowCount ?? 0;
    if (!rowCount || options.signal?.aborted) return total;
  }
}

const CANCEL = `
with open as materialized (
  select e.id from flow_executions e join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id
  where e.status in ('queued', 'waiting') and f.deleted_at is not null and ($1::uuid is null or e.flow_id = $1)
  order by e.created_at limit $2 for update of e skip locked
), decided as (
  update approvals a set status = 'cancelled', decided_at = now()
  from open where a.execution_id = open.id and a.status = 'pending'
)
update flow_executions e set status = 'cancelled', finished_at = now(), resume_at = null, last_seq = last_seq + 1
from open where e.id = open.id`;
