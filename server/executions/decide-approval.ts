import type pg from 'pg';
import type { Resume } from '../../engine/node-type.ts';
import { conflict, notFound } from '../http/problem.ts';
import { jsonParameter } from './json-parameter.ts';
import { inTransaction } from './transaction.ts';

export type Decision = {
  workspaceId: string;
  approvalId: string;
  decision: 'approved' | 'rejected';
  text?: string;
  reason?: string;
  by: string;
};

export type Decided = { executionId: string; flowId: string; nodeId: string };

/**
 * Decides an approval and wakes its execution, in one transaction. An execution that still runs (a parallel branch) is
 * not interrupted: `resume_at` makes it due the moment it would wait. The execution's row is locked before all others,
 * as in wake-executions.ts.
 * @throws HttpProblem 404, 409 when decided already
 */
export function decideApproval(pool: pg.Pool, request: Decision): Promise<Decided> {
  return inTransaction(pool, async (client) => {
    const { workspaceId, approvalId } = request;
    const found = await client.query<{ execution_id: string; flow_id: string; node_id: string }>(
      'select execution_id, flow_id, node_id from approvals where id = $1 and workspace_id = $2',
      [approvalId, workspaceId],
    );
    const approval = found.rows[0];
    if (!approval) throw notFound('approval');
    await client.query('select 1 from flow_executions where id = $1 and workspace_id = $2 for update', [
      approval.execution_id,
      workspaceId,
    ]);
    const isApproved = request.decision === 'approved';
    const decided = await client.query(
      `update approvals set status = $3, decided_by = $4, decided_at = now(), reason = $5,
         final_text = case when $3 = 'approved' then coalesce($6, draft) end
       where id = $1 and workspace_id = $2 and status = 'pending'`,
      [
        approvalId,
        workspaceId,
        request.decision,
        request.by,
        isApproved ? null : request.reason,
        request.text,
      ],
    );
    if (decided.rowCount === 0) {
      throw conflict(
        'already-decided',
        'This approval has been decided already, or its execution has ended.',
      );
    }
    await client.query(
      `update execution_steps set resume = $4::jsonb
       where execution_id = $1 and node_id = $2 and workspace_id = $3 and status = 'waiting'`,
      [approval.execution_id, approval.node_id, workspaceId, jsonParameter(resumeOf(request))],
    );
    await client.query(
      `update flow_executions set resume_at = case when status = 'running' then now() end,
         status = case when status = 'waiting' then 'queued' else status end
       where id = $1 and workspace_id = $2 and status in ('waiting', 'running')`,
      [approval.execution_id, workspaceId],
    );
    return { executionId: approval.execution_id, flowId: approval.flow_id, nodeId: approval.node_id };
  });
}

function resumeOf({ decision, text, reason, by }: Decision): Resume {
  return {
    kind: 'approval',
    decision,
    ...(decision === 'approved' && text !== undefined && { text }),
    ...(decision === 'rejected' && reason !== undefined && { reason }),
    by,
  };
}
