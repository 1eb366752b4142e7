import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Graph } from '../../engine/graph.ts';

/**
 * How long a process holds an execution without a sign of life. Shorter and a busy process loses its work to another;
 * longer and a crash is noticed later.
 */
export const LEASE_SECONDS = 30;

/** An execution that this process holds, as it has to be run. */
export type ClaimedExecution = {
  id: string;
  workspaceId: string;
  flowId: string;
  /** Null for a test run, which carries its graph. */
  flowVersion: number | null;
  graph: Graph | null;
  triggerNodeId: string;
  mode: 'live' | 'test';
  dryRun: boolean;
  event: TriggerEvent;
  contactKey: string | null;
  lastSeq: number;
  createdAt: Date;
  startedAt: Date;
  /** Somebody cancelled it while another process held it. */
  cancelRequested: boolean;
  /** Never held before, so nothing is in its journal. */
  isFresh: boolean;
};

/**
 * Takes those of the executions that may run now: queued, and no other of the same flow and contact is running or
 * queued before it. What is not taken is taken later by whoever ends the one in front, or by the sweep.
 */
async function claimExecutions(
  pool: pg.Pool,
  leaseOwner: string,
  executionIds: string[],
): Promise<ClaimedExecution[]> {
  const { rows } = await pool.query<ClaimRow>({
    name: 'claim-executions',
    text: `update flow_executions e set status = 'running', resume_at = null, ${TAKE}
      where e.id = any($1::uuid[]) and ${MAY_RUN} returning ${CLAIMED_COLUMNS}`,
    values: [executionIds, leaseOwner, LEASE_SECONDS],
  });
  return rows.map(toClaimed);
}

/** SQLSTATE of a unique index that refuses a row. */
const UNIQUE_VIOLATION = '23505';

/**
 * As `claimExecutions`, where other processes claim too: two of one contact that are taken at the same moment by two
 * processes are told apart by the unique index `flow_executions_one_per_contact`, and the later one is left alone.
 */
export async function claimInOrder(
  pool: pg.Pool,
  leaseOwner: string,
  executionIds: string[],
): Promise<ClaimedExecution[]> {
  try {
    return await claimExecutions(pool, leaseOwner, executionIds);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== UNIQUE_VIOLATION) throw error;
    if (executionIds.length === 1) return [];
    const claimed: ClaimedExecution[] = [];
    for (const id of executionIds) claimed.push(...(await claimInOrder(pool, leaseOwner, [id])));
    return claimed;
  }
}

/**
 * Executions that may run and have been queued for a while, in the order of arrival: when the queue has no jobs, it lost
 * theirs or never got one.
 * @param page `afterSeq` of the last one of the page before
 */
export async function findForgotten(
  pool: pg.Pool,
  page: { afterSeq: number; limit: number; queuedForSeconds: number },
): Promise<{ id: string; seq: number }[]> {
  const { rows } = await pool.query<{ id: string; seq: string }>({
    name: 'find-forgotten',
    text: `select e.id, e.seq from flow_executions e
      where e.seq > $1 and e.created_at <= now() - make_interval(secs => $3) and ${MAY_RUN}
      order by e.seq limit $2`,
    values: [page.afterSeq, page.limit, page.queuedForSeconds],
  });
  return rows.map(({ id, seq }) => ({ id, seq: Number(seq) }));
}

const TAKE = `lease_owner = $2, lease_until = now() + make_interval(secs => $3),
  started_at = coalesce(e.started_at, now())`;

const MAY_RUN = `e.status = 'queued' and (e.contact_key is null or not exists (
  select 1 from flow_executions o where o.flow_id = e.flow_id and o.contact_key = e.contact_key
    and o.status in ('queued', 'running') and o.id <> e.id and (o.status = 'running' or o.seq < e.seq)))`;

const CLAIMED_COLUMNS = `e.id, e.workspace_id, e.flow_id, e.flow_version, e.graph, e.trigger_node_id, e.mode, e.dry_run,
  e.event, e.contact_key, e.last_seq, e.created_at, e.started_at, e.cancel_requested,
  e.started_at = now() as is_fresh`;

type ClaimRow = {
  id: string;
  workspace_id: string;
  flow_id: string;
  flow_version: number | null;
  graph: Graph | null;
  trigger_node_id: string;
  mode: 'live' | 'test';
  dry_run: boolean;
  event: TriggerEvent;
  contact_key: string | null;
  last_seq: number;
  created_at: Date;
  started_at: Date;
  cancel_requested: boolean;
  is_fresh: boolean;
};

function toClaimed(row: ClaimRow): ClaimedExecution {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    flowId: row.flow_id,
    flowVersion: row.flow_version,
    graph: row.graph,
    triggerNodeId: row.trigger_node_id,
    mode: row.mode,
    dryRun: row.dry_run,
    event: row.event,
    contactKey: row.contact_key,
    lastSeq: row.last_seq,
    createdAt: row.created_at,
    startedAt: row.started_at,
    cancelRequested: row.cancel_requested,
    isFresh: row.is_fresh,
  };
}
