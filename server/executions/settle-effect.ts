import type pg from 'pg';
import { conflict } from '../http/problem.ts';
import { lockExecution } from './cancel-execution.ts';
import { retryExecution } from './retry-execution.ts';
import { inTransaction } from './transaction.ts';

/** What a person found out about an effect of which nobody could tell whether it happened. */
export type SettleRequest = {
  workspaceId: string;
  executionId: string;
  nodeId: string;
  key: string;
  happened: boolean;
};

/**
 * Settles an uncertain effect by a person's word: it happened, and is not done again, or it did not, and may be. An
 * execution that failed for it goes on from there.
 * @returns whether the execution was queued
 * @throws HttpProblem 404; 409 when the effect is not uncertain
 */
export async function settleEffect(pool: pg.Pool, request: SettleRequest): Promise<boolean> {
  const { workspaceId, executionId, nodeId, key, happened } = request;
  const status = await inTransaction(pool, async (client) => {
    const execution = await lockExecution(client, workspaceId, executionId);
    const { rowCount } = await client.query(
      `update effects set status = $5, result = case when $5 = 'done' then '{}'::jsonb end, error = null,
         settled_at = now()
       where workspace_id = $1 and execution_id = $2 and node_id = $3 and key = $4 and status = 'uncertain'`,
      [workspaceId, executionId, nodeId, key, happened ? 'done' : 'failed'],
    );
    if (rowCount === 0) {
      throw conflict('not-uncertain', 'This effect is not uncertain, or somebody has settled it already.');
    }
    return execution.status;
  });
  if (status !== 'failed') return false;
  await retryExecution(pool, workspaceId, executionId);
  return true;
}
