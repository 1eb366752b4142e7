import type pg from 'pg';
import type { JournalEntry } from '../../engine/journal.ts';
import { prepareRetry } from '../../engine/retry.ts';
import { newId } from '../database/id.ts';
import { conflict, notFound } from '../http/problem.ts';
import { lockExecution } from './cancel-execution.ts';
import { jsonParameter } from './json-parameter.ts';
import { loadSnapshots } from './load-snapshots.ts';
import { inTransaction } from './transaction.ts';

/** Queues a failed execution to go on from the failed step. @throws HttpProblem 404; 409 unless it failed */
export async function retryExecution(pool: pg.Pool, workspaceId: string, executionId: string): Promise<void> {
  const snapshots = await loadSnapshots(pool, [executionId]);
  await inTransaction(pool, async (client) => {
    const { status } = await lockExecution(client, workspaceId, executionId);
    if (status !== 'failed') {
      throw conflict('not-failed', `Only a failed execution can be retried; this one is ${status}.`);
    }
    for (const entry of prepareRetry(snapshots.get(executionId) ?? { steps: [], effects: [] })) {
      await resetStep(client, workspaceId, executionId, entry);
    }
    await client.query(
      `update flow_executions set status = 'queued', error = null, finished_at = null, resume_at = null,
         cancel_requested = false where id = $1 and workspace_id = $2`,
      [executionId, workspaceId],
    );
  });
}

async function resetStep(
  client: pg.PoolClient,
  workspaceId: string,
  executionId: string,
  entry: JournalEntry,
): Promise<void> {
  if (entry.type !== 'step') return;
  const { nodeId, status, attempt, wait, resume } = entry.step;
  await client.query(
    `update execution_steps set status = $4, attempt = $5, wait = $6::jsonb, resume = $7::jsonb, started_at = null,
       finished_at = null, output = null, ports = null, error = null, retry_at = null
     where execution_id = $1 and node_id = $2 and workspace_id = $3`,
    [
      executionId,
      nodeId,
      workspaceId,
      status,
      attempt,
      wait ? jsonParameter(wait) : null,
      resume ? jsonParameter(resume) : null,
    ],
  );
}

/**
 * Stores a new execution of the same event: of the flow's published version where that has the same trigger, else of
 * the version that the old one ran. A test run stays the test run of the same draft.
 * @throws HttpProblem 404
 */
export async function replayExecution(
  pool: pg.Pool,
  workspaceId: string,
  executionId: string,
): Promise<{ executionId: string }> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into flow_executions (id, workspace_id, flow_id, flow_version, graph, trigger_node_id, mode, dry_run, event,
       contact_key, replay_of)
     select $3, e.workspace_id, e.flow_id,
       case when e.mode = 'live' then coalesce(v.version, e.flow_version) end,
       e.graph, e.trigger_node_id, e.mode, e.dry_run, e.event, e.contact_key, e.id
     from flow_executions e join flows f on f.id = e.flow_id and f.deleted_at is null
     left join flow_versions v on v.flow_id = f.id and v.version = f.published_version
       and v.graph @> jsonb_build_object('nodes', jsonb_build_array(jsonb_build_object('id', e.trigger_node_id)))
     where e.id = $1 and e.workspace_id = $2 returning id`,
    [executionId, workspaceId, newId()],
  );
  if (!rows[0]) throw notFound('execution');
  return { executionId: rows[0].id };
}
