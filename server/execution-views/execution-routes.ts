import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import {
  executionSchema,
  executionStatusSchema,
  executionSummarySchema,
  failureQuerySchema,
  pageOf,
  pageQuerySchema,
  runStartedSchema,
  settleEffectRequestSchema,
} from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { listExecutions } from './list-executions.ts';
import { showExecution } from './show-execution.ts';

const listQuerySchema = pageQuerySchema.extend({
  ...failureQuerySchema.shape,
  status: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(z.array(executionStatusSchema))
    .optional()
    .meta({
      override: { type: 'string' },
      description: 'One or more, separated by commas.',
      example: 'failed,waiting',
    }),
});

/** What ran, and steering it. */
export function executionRoutes(context: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/executions',
      summary: 'Executions, newest first',
      tag: 'Executions',
      access: 'viewer',
      query: listQuerySchema,
      answer: pageOf(executionSummarySchema),
      handler: ({ principal, query: { cursor, ...filter } }) =>
        listExecutions(context.pool, {
          ...filter,
          workspaceId: principal.workspaceId,
          after: readCursor(cursor),
        }),
    }),
    route({
      method: 'get',
      path: '/api/v1/executions/:id',
      summary: 'An execution with its graph, steps and effects',
      tag: 'Executions',
      access: 'viewer',
      params: idParamsSchema,
      answer: executionSchema,
      handler: ({ principal, params }) => showExecution(context.pool, principal.workspaceId, params.id),
    }),
    ...steeringRoutes(context),
  ];
}

function steeringRoutes({ executions }: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/executions/:id/cancel',
      summary: 'Cancel an execution',
      description: 'What is under way is aborted, what has not started is skipped. 409 when it has ended.',
      tag: 'Executions',
      access: 'editor',
      params: idParamsSchema,
      status: 204,
      handler: ({ principal, params }) => executions.cancel(principal.workspaceId, params.id),
    }),
    route({
      method: 'post',
      path: '/api/v1/executions/:id/retry',
      summary: 'Go on from the failed step',
      description: '409 unless it failed.',
      tag: 'Executions',
      access: 'editor',
      params: idParamsSchema,
      answer: runStartedSchema,
      status: 202,
      handler: async ({ principal, params }) => {
        await executions.retry(principal.workspaceId, params.id);
        return { executionId: params.id };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/executions/:id/settle-effect',
      summary: 'Say whether an uncertain effect happened',
      description: 'An execution that failed for it goes on. 409 when the effect is not uncertain.',
      tag: 'Executions',
      access: 'editor',
      params: idParamsSchema,
      body: settleEffectRequestSchema,
      answer: runStartedSchema,
      status: 202,
      handler: async ({ principal, params, body }) => {
        await executions.settleEffect({
          workspaceId: principal.workspaceId,
          executionId: params.id,
          ...body,
        });
        return { executionId: params.id };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/executions/:id/replay',
      summary: 'A new execution of the same event',
      tag: 'Executions',
      access: 'editor',
      params: idParamsSchema,
      answer: runStartedSchema,
      status: 202,
      handler: ({ principal, params }) => executions.replay(principal.workspaceId, params.id),
    }),
  ];
}
