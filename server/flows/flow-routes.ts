import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import {
  flowRequestSchema,
  flowSchema,
  flowSummarySchema,
  flowUpdateSchema,
  pageOf,
  pageQuerySchema,
  runRequestSchema,
  runStartedSchema,
} from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { announce, flowDeleted, showFlow } from './flow-changes.ts';
import { deleteFlow, getFlow, insertFlow, updateFlow } from './flow-store.ts';
import { listFlows } from './list-flows.ts';

/** A graph of 10,000 nodes fits; past this it is no drawing any more. */
export const MAX_GRAPH_BYTES = 5 * 1024 * 1024;
const MAX_NAME = 120;

/** Drafts: list, create, read, save, delete, duplicate, test. */
export function flowRoutes(context: ServerContext): RouteSpec[] {
  const { pool } = context;
  return [
    route({
      method: 'get',
      path: '/api/v1/flows',
      summary: 'Flows, newest first',
      tag: 'Flows',
      access: 'viewer',
      query: pageQuerySchema.extend({
        search: z.string().trim().max(200).optional(),
        /** Only flows whose draft has such a trigger, e.g. `trigger.call`. */
        trigger: z.string().trim().max(100).optional(),
      }),
      answer: pageOf(flowSummarySchema),
      handler: ({ principal, query }) =>
        listFlows(context, {
          workspaceId: principal.workspaceId,
          search: query.search,
          trigger: query.trigger,
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'post',
      path: '/api/v1/flows',
      summary: 'Create a flow',
      description:
        'A draft; without `graph` an empty one. A graph with problems is stored and told in `problems`.',
      tag: 'Flows',
      access: 'editor',
      body: flowRequestSchema,
      maxBodyBytes: MAX_GRAPH_BYTES,
      answer: flowSchema,
      status: 201,
      handler: async ({ principal, body }) => {
        const id = await insertFlow(pool, {
          workspaceId: principal.workspaceId,
          name: body.name,
          description: body.description ?? '',
          graph: body.graph ?? { schemaVersion: 1, nodes: [], edges: [] },
          createdBy: principal.userId,
        });
        return showFlow(context, principal.workspaceId, id);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/flows/:id',
      summary: 'A flow with its draft and the problems of it',
      tag: 'Flows',
      access: 'viewer',
      params: idParamsSchema,
      answer: flowSchema,
      handler: ({ principal, params }) => showFlow(context, principal.workspaceId, params.id),
    }),
    route({
      method: 'put',
      path: '/api/v1/flows/:id',
      summary: 'Save the draft',
      description: 'Carries the `revision` that was loaded; a stale one gets 409 and changes nothing.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      body: flowUpdateSchema,
      maxBodyBytes: MAX_GRAPH_BYTES,
      answer: flowSchema,
      handler: async ({ principal, params, body }) => {
        const { workspaceId } = principal;
        await updateFlow(pool, { ...body, workspaceId, id: params.id });
        const flow = await showFlow(context, workspaceId, params.id);
        announce(context, workspaceId, 'flow.saved', flow);
        return flow;
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/flows/:id',
      summary: 'Delete a flow',
      description:
        'It is unpublished first. What is queued or waits is cancelled, what runs goes to its end; its past executions stay.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      status: 204,
      handler: async ({ principal, params }) => {
        await deleteFlow(pool, principal.workspaceId, params.id);
        await flowDeleted(context, principal, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/flows/:id/duplicate',
      summary: 'Copy a flow as a new draft',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      answer: flowSchema,
      status: 201,
      handler: async ({ principal, params }) => {
        const { workspaceId } = principal;
        const original = await getFlow(pool, workspaceId, params.id);
        const id = await insertFlow(pool, {
          workspaceId,
          name: copyName(original.name),
          description: original.description,
          graph: original.graph,
          createdBy: principal.userId,
        });
        return showFlow(context, workspaceId, id);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/flows/:id/run',
      summary: 'Test the draft',
      description: 'With `dryRun` effects are shown, not performed.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      body: runRequestSchema,
      answer: runStartedSchema,
      status: 202,
      handler: async ({ principal, params, body: { event, triggerNodeId, dryRun } }) => {
        const { workspaceId } = principal;
        await getFlow(pool, workspaceId, params.id);
        return context.executions.startTest({
          workspaceId,
          flowId: params.id,
          dryRun,
          ...(event && { event }),
          ...(triggerNodeId && { triggerNodeId }),
        });
      },
    }),
  ];
}

function copyName(name: string): string {
  const suffix = ' (copy)';
  return `${name.slice(0, MAX_NAME - suffix.length)}${suffix}`;
}
