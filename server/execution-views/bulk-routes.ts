import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import {
  BULK_LIMIT,
  bulkCancelledSchema,
  bulkCancelRequestSchema,
  bulkRetriedSchema,
  bulkRetryRequestSchema,
  failureQuerySchema,
  failuresSchema,
} from '../contract/shapes.ts';
import type { Principal, RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { listFailures } from './list-failures.ts';
import type { Selection } from './select-executions.ts';
import { selectFailed, selectUnstarted } from './select-executions.ts';
import type { SteerResult } from './steer-many.ts';
import { steerMany } from './steer-many.ts';

/** What failed across all flows, and steering many executions at once. */
export function bulkRoutes(context: ServerContext): RouteSpec[] {
  const { pool, executions } = context;
  return [
    route({
      method: 'get',
      path: '/api/v1/executions/failures',
      summary: 'Failed executions, counted by error and node',
      description: 'Those of deleted flows are left out: they can’t be retried.',
      tag: 'Executions',
      access: 'viewer',
      query: failureQuerySchema,
      answer: failuresSchema,
      handler: ({ principal, query }) => listFailures(pool, principal.workspaceId, query),
    }),
    route({
      method: 'post',
      path: '/api/v1/executions/retry',
      summary: 'Retry many failed executions',
      description:
        `Each goes on from its failed step. Named by \`ids\` or by a \`filter\`, at most ${BULK_LIMIT} a call, the ` +
        'oldest first; more of a filter with `nextCursor`. What is not failed any more is skipped with the reason, ' +
        'so that a second call does nothing twice; with `finishedBefore` not even to what has failed again meanwhile.',
      tag: 'Executions',
      access: 'editor',
      body: bulkRetryRequestSchema,
      answer: bulkRetriedSchema,
      handler: async ({ principal, body }) => {
        const { workspaceId } = principal;
        const { done, ...rest } = await steerSelected(context, principal, {
          action: 'executions.retried',
          named: body.filter ? { filter: body.filter } : {},
          selection: await selectFailed(pool, workspaceId, body),
          steer: (id) => executions.retry(workspaceId, id),
        });
        return { retried: done, ...rest };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/executions/cancel',
      summary: 'Cancel many executions that have not begun or wait',
      description:
        `Named by \`ids\` or by a \`filter\`, at most ${BULK_LIMIT} a call, the oldest first; more of a filter with ` +
        '`nextCursor`. What runs or has ended is skipped with the reason.',
      tag: 'Executions',
      access: 'editor',
      body: bulkCancelRequestSchema,
      answer: bulkCancelledSchema,
      handler: async ({ principal, body }) => {
        const { workspaceId } = principal;
        const { done, ...rest } = await steerSelected(context, principal, {
          action: 'executions.cancelled',
          named: body.filter ? { filter: body.filter } : {},
          selection: await selectUnstarted(pool, workspaceId, body),
          steer: (id) => executions.cancel(workspaceId, id),
        });
        return { cancelled: done, ...rest };
      },
    }),
  ];
}

/** Steers what was selected; the audit log gets one line, also of a call that broke off in the middle. */
async function steerSelected(
  context: ServerContext,
  principal: Principal,
  request: {
    action: string;
    named: object;
    selection: Selection;
    steer: (id: string) => Promise<void>;
  },
): Promise<SteerResult & { nextCursor: string | null }> {
  const { ids, skipped, nextCursor } = request.selection;
  const result: SteerResult = { done: 0, skipped };
  try {
    await steerMany(ids, request.steer, result);
  } finally {
    if (result.done > 0) {
      const data = { ...request.named, count: result.done, skipped: result.skipped.length };
      await writeAudit(context.db, principal, { action: request.action, targetType: 'execution', data });
    }
  }
  return { ...result, nextCursor };
}
