import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Graph } from '../../engine/graph.ts';
import { isUniqueViolation } from './group-commit.ts';
import { hasTurn } from './has-turn.ts';
import type { DueExecution } from './lanes.ts';
import type { DueRow } from './wake-executions.ts';
import { toDue } from './wake-executions.ts';

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
 * Takes those of the executions that may run now: queued, of a flow that is not paused, and no other of the same flow and
 * contact is running or queued before it. What is not taken is taken later by whoever ends the one in front, or by the sweep.
 */
async function claimExecutions(
  pool: pg.Pool,
  holder: string,
  executionIds: string[],
): Promise<ClaimedExecution[]> {
  const { rows } = await pool.query<ClaimRow>({
    name: 'claim-executions',
    text: `update flow_executions e set status = 'running', resume_at = null, ${TAKE}
      where e.id = any($1::uuid[]) and ${IS_QUEUED_BY_ID} and ${MAY_RUN} returning ${CLAIMED_COLUMNS}`,
    values: [executionIds, holder],
  });
  return rows.map(toClaimed);
}

/**
 * As `claimExecutions`, where other processes claim too: two of one contact that are taken at the same moment by two
 * processes are told apart by the unique index `flow_executions_one_per_contact`, and the later one is left alone.
 */
export async function claimInOrder(
  pool: pg.Pool,
  holder: string,
  executionIds: string[],
): Promise<ClaimedExecution[]> {
  try {
    return await claimExecutions(pool, holder, executionIds);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    if (executionIds.length === 1) return [];
    const claimed: ClaimedExecution[] = [];
    for (const id of executionIds) claimed.push(...(await claimInOrder(pool, holder, [id])));
    return claimed;
  }
}

/** Executions that may run and have been queued for a while, the oldest first. */
export async function findForgotten(
  pool: pg.Pool,
  { limit, queuedForSeconds }: { limit: number; queuedForSeconds: number },
): Promise<DueExecution[]> {
  const { rows } = await pool.query<DueRow>({
    name: 'find-forgotten',
    text: `select e.id, e.event->>'kind' as kind from flow_executions e
      where e.status = 'queued' and e.created_at <= now() - make_interval(secs => $2) and ${MAY_RUN} order by e.created_at limit $1`,
    values: [limit, queuedForSeconds],
  });
  return rows.map(toDue);
}

const TAKE = `lease_owner = $2, started_at = coalesce(e.started_at, now())`;

/**
 * The status as no index has it, so that executions are found by their ids: the planner does not know how long the queue
 * is, and may else read all of it to find 25.
 */
const IS_QUEUED_BY_ID = `e.status || '' = 'queued'`;

const MAY_RUN = `(e.contact_key is null or not exists (
  select 1 from flow_executions o where o.flow_id = e.flow_id and o.contact_key = e.contact_key
    and ${hasTurn('o')} and o.id <> e.id and (o.status = 'running' or o.seq < e.seq)))
  and (e.mode = 'test' or not exists (select 1 from flows f where f.id = e.flow_id and f.paused_at is not null))`;

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
