import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import { conflict, notFound } from '../http/problem.ts';
import { inTransaction } from './transaction.ts';

/** What became of a request to cancel: ended at once, or asked of the process where it runs. */
export type Cancelled = { isEnded: boolean; row: ExecutionRow };

export type ExecutionRow = {
  id: string;
  flow_id: string;
  flow_version: number | null;
  mode: 'live' | 'test';
  dry_run: boolean;
  status: string;
  event: TriggerEvent;
  last_seq: number;
  created_at: Date;
  started_at: Date | null;
};

/** Locks an execution for a change by hand. @throws HttpProblem 404 */
export async function lockExecution(
  client: pg.PoolClient,
  workspaceId: string,
  executionId: string,
): Promise<ExecutionRow> {
  const { rows } = await client.query<ExecutionRow>(
    `select id, flow_id, flow_version, mode, dry_run, status, event, last_seq, created_at, started_at
     from flow_executions where id = $1 and workspace_id = $2 for update`,
    [executionId, workspaceId],
  );
  if (!rows[0]) throw notFound('execution');
  return rows[0];
}

/**
 * Cancels an execution: one that runs nowhere ends here, a running one is marked for the process that holds it.
 * @throws HttpProblem 404; 409 when it has ended
 */
export function cancelExecution(pool: pg.Pool, workspaceId: string, executionId: string): Promise<Cancelled> {
  return inTransaction(pool, async (client) => {
    const row = await lockExecution(client, workspaceId, executionId);
    if (row.status !== 'queued' && row.status !== 'waiting' && row.status !== 'running') {
      throw conflict('already-ended', `This execution has ended already: ${row.status}.`);
    }
    const isEnded = row.status !== 'running';
    await client.query(
      isEnded
        ? `update flow_executions set status = 'cancelled', finished_at = now(), resume_at = null,
             last_seq = last_seq + 1 where id = $1 and workspace_id = $2`
        : 'update flow_executions set cancel_requested = true where id = $1 and workspace_id = $2',
      [executionId, workspaceId],
    );
    await client.query(
      `update approvals set status = 'cancelled', decided_at = now()
       where execution_id = $1 and workspace_id = $2 and status = 'pending'`,
      [executionId, workspaceId],
    );
    return { isEnded, row };
  });
}
