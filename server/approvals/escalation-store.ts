import type { Escalation, Page } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { conflict, notFound } from '../http/problem.ts';

type EscalationRow = Omit<Escalation, 'createdAt'> & { createdAt: Date; cursorAt: string };

const SELECT_ESCALATIONS = `
  select s.id, s.execution_id as "executionId", e.flow_id as "flowId", f.name as "flowName", s.node_id as "nodeId",
    s.reason, s.context, e.event - 'raw' as event, s.status, s.created_at as "createdAt",
    s.created_at::text as "cursorAt"
  from escalations s
  join flow_executions e on e.workspace_id = s.workspace_id and e.id = s.execution_id
  join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id`;

/** Escalations of one status, newest first. */
export async function listEscalations(
  db: Queryable,
  request: { workspaceId: string; status: Escalation['status']; limit: number; after: PageKey | null },
): Promise<Page<Escalation>> {
  const { rows } = await db.query<EscalationRow>(
    `${SELECT_ESCALATIONS}
     where s.workspace_id = $1 and s.status = $2
       and ($3::timestamptz is null or (s.created_at, s.id) < ($3, $4::uuid))
     order by s.created_at desc, s.id desc limit $5`,
    [
      request.workspaceId,
      request.status,
      request.after?.at ?? null,
      request.after?.id ?? null,
      request.limit + 1,
    ],
  );
  return toPage(rows, request.limit, viewEscalation);
}

/** Marks an open escalation as resolved. @throws HttpProblem 404; 409 when it is resolved already */
export async function resolveEscalation(
  db: Queryable,
  request: { workspaceId: string; id: string; by: string },
): Promise<Escalation> {
  const { rowCount } = await db.query(
    `update escalations set status = 'resolved', resolved_by = $3, resolved_at = now()
     where workspace_id = $1 and id = $2 and status = 'open'`,
    [request.workspaceId, request.id, request.by],
  );
  const { rows } = await db.query<EscalationRow>(
    `${SELECT_ESCALATIONS} where s.workspace_id = $1 and s.id = $2`,
    [request.workspaceId, request.id],
  );
  const row = rows[0];
  if (!row) throw notFound('escalation');
  if (rowCount === 0) throw conflict('already-resolved', 'This escalation was resolved before.');
  return viewEscalation(row);
}

function viewEscalation({ cursorAt: _, ...row }: EscalationRow): Escalation {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
