import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import type { Approval } from '../contract/shapes.ts';
import {
  approvalSchema,
  approveRequestSchema,
  pageOf,
  pageQuerySchema,
  rejectRequestSchema,
} from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { Principal, RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { getApproval, listApprovals } from './approval-store.ts';

/** What waits for a person, and deciding it. */
export function approvalRoutes(context: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/approvals',
      summary: 'Approvals of one status, newest first',
      tag: 'Inbox',
      access: 'viewer',
      query: pageQuerySchema.extend({ status: approvalSchema.shape.status.default('pending') }),
      answer: pageOf(approvalSchema),
      handler: ({ principal, query }) =>
        listApprovals(context.pool, {
          workspaceId: principal.workspaceId,
          status: query.status,
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'get',
      path: '/api/v1/approvals/:id',
      summary: 'An approval',
      tag: 'Inbox',
      access: 'viewer',
      params: idParamsSchema,
      answer: approvalSchema,
      handler: ({ principal, params }) => getApproval(context.pool, principal.workspaceId, params.id),
    }),
    route({
      method: 'post',
      path: '/api/v1/approvals/:id/approve',
      summary: 'Approve, with another text if given',
      description: 'The execution goes on through `approved`. 409 when somebody decided before.',
      tag: 'Inbox',
      access: 'editor',
      params: idParamsSchema,
      body: approveRequestSchema,
      answer: approvalSchema,
      handler: ({ principal, params, body: { text } }) =>
        decide(context, principal, params.id, { decision: 'approved', ...(text !== undefined && { text }) }),
    }),
    route({
      method: 'post',
      path: '/api/v1/approvals/:id/reject',
      summary: 'Reject',
      description: 'The execution goes on through `rejected`. 409 when somebody decided before.',
      tag: 'Inbox',
      access: 'editor',
      params: idParamsSchema,
      body: rejectRequestSchema,
      answer: approvalSchema,
      handler: ({ principal, params, body: { reason } }) =>
        decide(context, principal, params.id, {
          decision: 'rejected',
          ...(reason !== undefined && { reason }),
        }),
    }),
  ];
}

async function decide(
  context: ServerContext,
  principal: Principal,
  approvalId: string,
  choice: { decision: 'approved' | 'rejected'; text?: string; reason?: string },
): Promise<Approval> {
  const { workspaceId, name } = principal;
  await context.executions.decideApproval({ workspaceId, approvalId, by: name, ...choice });
  await writeAudit(context.db, principal, {
    action: `approval.${choice.decision}`,
    targetType: 'approval',
    targetId: approvalId,
  });
  return getApproval(context.pool, workspaceId, approvalId);
}
