import type { Approval, Page } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';

type ApprovalRow = Omit<Approval, 'createdAt' | 'expiresAt' | 'decidedAt'> & {
  createdAt: Date;
  expiresAt: Date | null;
  decidedAt: Date | null;
  cursorAt: string;
};

const SELECT_APPROVALS = `
  select a.id, a.flow_id as "flowId", f.name as "flowName", a.execution_id as "executionId", a.node_id as "nodeId",
    a.status, a.draft, a.final_text as "finalText", a.reason, a.context, e.event - 'raw' as event,
    a.created_at as "createdAt", a.expires_at as "expiresAt", a.decided_at as "decidedAt",
    a.decided_by as "decidedBy", a.created_at::text as "cursorAt"
  from approvals a
  join flows f on f.workspace_id = a.workspace_id and f.id = a.flow_id
  join flow_executions e on e.workspace_id = a.workspace_id and e.id = a.execution_id`;

/** Approvals of one status, newest first. */
export async function listApprovals(
  db: Queryable,
  request: { workspaceId: string; status: Approval['status']; limit: number; after: PageKey | null },
): Promise<Page<Approval>> {
  const { rows } = await db.query<ApprovalRow>(
    `${SELECT_APPROVALS}
     where a.workspace_id = $1 and a.status = $2
       and ($3::timestamptz is null or (a.created_at, a.id) < ($3, $4::uuid))
     order by a.created_at desc, a.id desc limit $5`,
    [
      request.workspaceId,
      request.status,
      request.after?.at ?? null,
      request.after?.id ?? null,
      request.limit + 1,
    ],
  );
  return toPage(rows, request.limit, viewApproval);
}

/** @throws HttpProblem 404 */
export async function getApproval(db: Queryable, workspaceId: string, id: string): Promise<Approval> {
  const { rows } = await db.query<ApprovalRow>(
    `${SELECT_APPROVALS} where a.workspace_id = $1 and a.id = $2`,
    [workspaceId, id],
  );
  const row = rows[0];
  if (!row) throw notFound('approval');
  return viewApproval(row);
}

function viewApproval({ cursorAt: _, ...row }: ApprovalRow): Approval {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
