import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Graph } from '../../engine/graph.ts';
import type { ExecutionStatus, StepError, StepRecord } from '../../engine/journal.ts';
import { viewSteps } from '../../engine/step-view.ts';
import type { LiveEvent, LiveEventType } from '../contract/live.ts';
import { liveStep, liveSummary } from '../executions/live-data.ts';
import type { StepRow } from '../executions/load-snapshots.ts';
import { toStep } from '../executions/load-snapshots.ts';

/** Whether a topic is one of this workspace. */
export async function isTopicOf(pool: pg.Pool, workspaceId: string, topic: string): Promise<boolean> {
  const [kind, id] = topic.split(':');
  if (kind === 'workspace') return true;
  const table = kind === 'flow' ? 'flows' : 'flow_executions';
  const { rowCount } = await pool.query(`select 1 from ${table} where id = $1 and workspace_id = $2`, [
    id,
    workspaceId,
  ]);
  return rowCount === 1;
}

/**
 * What a client has missed of an execution: the steps whose state was told after event number `since`, as they stand
 * now, then how the execution stands. Log lines and tokens are in the steps.
 */
export async function missedEvents(
  pool: pg.Pool,
  workspaceId: string,
  executionId: string,
  since: number,
): Promise<Omit<LiveEvent, 'topic'>[]> {
  const execution = await loadExecution(pool, workspaceId, executionId);
  if (!execution) return [];
  const { rows } = await pool.query<StepRow>(
    `select execution_id, node_id, seq, status, attempt, started_at, finished_at, input, output, ports, error, logs,
       usage, wait, resume, retry_at
     from execution_steps where execution_id = $1 and workspace_id = $2 order by seq`,
    [executionId, workspaceId],
  );
  const event = (
    type: LiveEventType,
    seq: number,
    data: unknown,
    nodeId?: string,
  ): Omit<LiveEvent, 'topic'> => ({
    type,
    seq,
    at: new Date().toISOString(),
    executionId,
    flowId: execution.flow_id,
    ...(nodeId !== undefined && { nodeId }),
    data,
  });
  const records = rows.map(toStep);
  const steps = rows.flatMap((row, index) => {
    const record = records[index];
    if (!record || row.seq <= since) return [];
    return row.status === 'running'
      ? [event('step.started', row.seq, { attempt: row.attempt }, row.node_id)]
      : [event('step.finished', row.seq, liveStep(record), row.node_id)];
  });
  const lastSeq = Math.max(since, execution.last_seq, ...rows.map(({ seq }) => seq));
  const skipped = skippedNodes(execution, records).map((nodeId) =>
    event('step.finished', lastSeq, { nodeId, status: 'skipped' }, nodeId),
  );
  return [...steps, ...skipped, event(typeOf(execution.status), lastSeq, summaryOf(execution))];
}

type ExecutionRow = {
  flow_id: string;
  flow_version: number | null;
  trigger_node_id: string;
  mode: 'live' | 'test';
  dry_run: boolean;
  status: ExecutionStatus;
  event: TriggerEvent;
  error: (StepError & { nodeId?: string }) | null;
  last_seq: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  graph: Graph | null;
};

async function loadExecution(
  pool: pg.Pool,
  workspaceId: string,
  executionId: string,
): Promise<ExecutionRow | undefined> {
  const { rows } = await pool.query<ExecutionRow>(
    `select e.flow_id, e.flow_version, e.trigger_node_id, e.mode, e.dry_run, e.status, e.event, e.error, e.last_seq,
       e.created_at, e.started_at, e.finished_at, coalesce(e.graph, v.graph) as graph
     from flow_executions e left join flow_versions v on v.flow_id = e.flow_id and v.version = e.flow_version
     where e.id = $1 and e.workspace_id = $2`,
    [executionId, workspaceId],
  );
  return rows[0];
}

/** Skipped steps are not journalled: they follow from the graph and the ports that fired. */
function skippedNodes(execution: ExecutionRow, records: StepRecord[]): string[] {
  if (!execution.graph) return [];
  return viewSteps(execution.graph, execution.trigger_node_id, records, execution.status)
    .filter(({ status }) => status === 'skipped')
    .map(({ nodeId }) => nodeId);
}

function typeOf(status: ExecutionStatus): LiveEventType {
  if (status === 'queued') return 'execution.queued';
  if (status === 'running') return 'execution.started';
  return status === 'waiting' ? 'execution.waiting' : 'execution.finished';
}

function summaryOf(execution: ExecutionRow) {
  return liveSummary(
    {
      event: execution.event,
      flowVersion: execution.flow_version,
      mode: execution.mode,
      dryRun: execution.dry_run,
      createdAt: execution.created_at,
      startedAt: execution.started_at,
    },
    execution.status,
    {
      ...(execution.error && { error: execution.error }),
      ...(execution.finished_at && { finishedAt: execution.finished_at }),
    },
  );
}
