import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { escalationSchema, pageOf, pageQuerySchema } from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { listEscalations, resolveEscalation } from './escalation-store.ts';

/** Conversations that a flow handed to a person. */
export function escalationRoutes(context: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/escalations',
      summary: 'Escalations of one status, newest first',
      tag: 'Inbox',
      access: 'viewer',
      query: pageQuerySchema.extend({ status: escalationSchema.shape.status.default('open') }),
      answer: pageOf(escalationSchema),
      handler: ({ principal, query }) =>
        listEscalations(context.pool, {
          workspaceId: principal.workspaceId,
          status: query.status,
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'post',
      path: '/api/v1/escalations/:id/resolve',
      summary: 'Mark an escalation as dealt with',
      description: '409 when somebody did before.',
      tag: 'Inbox',
      access: 'editor',
      params: idParamsSchema,
      answer: escalationSchema,
      handler: async ({ principal, params }) => {
        const { workspaceId, name } = principal;
        const escalation = await resolveEscalation(context.pool, { workspaceId, id: params.id, by: name });
        await writeAudit(context.db, principal, {
          action: 'escalation.resolved',
          targetType: 'escalation',
          targetId: params.id,
        });
        return escalation;
      },
    }),
  ];
}
