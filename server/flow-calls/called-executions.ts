import type pg from 'pg';
import type { StepError } from '../../engine/journal.ts';

/** How an execution stands that a step called. */
export type CalledExecution = {
  status: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
  error: StepError | null;
  /** Its flow is paused: queued, it is kept until somebody resumes it. */
  isPaused: boolean;
  /** The output of the `logic.answer` that finished last; null when none did. */
  answer: unknown;
};

/**
 * The execution that the same call started before; null when it did not come to that. Without a name, so that it is planned
 * each time: two indexes fit, and which of them is short changes as the table grows.
 */
export async function findCalled(
  pool: pg.Pool,
  { workspaceId, flowId, dedupeKey }: { workspaceId: string; flowId: string; dedupeKey: string },
): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from flow_executions where workspace_id = $1 and flow_id = $2 and dedupe_key = $3',
    [workspaceId, flowId, dedupeKey],
  );
  return rows[0]?.id ?? null;
}

/** Null when it is gone: its flow was deleted. */
export async function readCalled(
  pool: pg.Pool,
  workspaceId: string,
  executionId: string,
): Promise<CalledExecution | null> {
  const { rows } = await pool.query<CalledExecution>({
    name: 'read-called-execution',
    text: `select e.status, e.error, f.paused_at is not null as "isPaused", a.answer
      from flow_executions e join flows f on f.id = e.flow_id
      left join lateral (
        select s.output->'answer' as answer
        from flow_versions v cross join lateral jsonb_array_elements(v.graph->'nodes') n
        join execution_steps s on s.execution_id = e.id and s.node_id = n.value->>'id'
        where v.flow_id = e.flow_id and v.version = e.flow_version and n.value->>'type' = 'logic.answer'
          and not coalesce((n.value->>'disabled')::boolean, false) and s.status = 'succeeded'
        order by s.finished_at desc, s.seq desc limit 1) a on true
      where e.id = $2 and e.workspace_id = $1`,
    values: [workspaceId, executionId],
  });
  return rows[0] ?? null;
}
