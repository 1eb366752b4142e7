import { z } from 'zod';
import { graphSchema } from '../../engine/graph.ts';
import type { ServerContext } from '../context.ts';
import {
  flowSchema,
  flowVersionSchema,
  pageOf,
  pageQuerySchema,
  publishRequestSchema,
} from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { readSwitches } from '../node-types/mirror.ts';
import { announce, flowResumed, publishedVersionChanged, showFlow } from './flow-changes.ts';
import { getFlow } from './flow-store.ts';
import { publishFlow, unpublishFlow } from './publish.ts';
import { getVersionGraph, listVersions, restoreVersion } from './versions.ts';

const versionParamsSchema = idParamsSchema.extend({ n: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Publishing, and the versions it leaves behind. */
export function publishRoutes(context: ServerContext): RouteSpec[] {
  const { pool } = context;
  return [
    route({
      method: 'post',
      path: '/api/v1/flows/:id/publish',
      summary: 'Publish the draft',
      description:
        'Webhooks run it from now on. A graph with errors is refused with 422 and all of its problems.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      body: publishRequestSchema,
      answer: flowSchema.extend({ version: z.number().int() }),
      handler: async ({ principal, params, body }) => {
        await readSwitches(pool, context.catalogue);
        const version = await publishFlow(context, principal, params.id, body.note ?? '');
        return { ...(await publishedVersionChanged(context, principal, params.id)), version };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/flows/:id/unpublish',
      summary: 'Stop the flow',
      description:
        'Webhooks no longer start it; executions under way go on. A pause ends with it: what it held up goes on too.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      answer: flowSchema,
      handler: async ({ principal, params }) => {
        await unpublishFlow(context, principal, params.id);
        flowResumed(context, params.id);
        return publishedVersionChanged(context, principal, params.id);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/flows/:id/versions',
      summary: 'Published versions, newest first',
      tag: 'Flows',
      access: 'viewer',
      params: idParamsSchema,
      query: pageQuerySchema,
      answer: pageOf(flowVersionSchema),
      handler: async ({ principal: { workspaceId }, params, query }) => {
        await getFlow(pool, workspaceId, params.id);
        const after = readCursor(query.cursor);
        return listVersions(pool, { workspaceId, flowId: params.id, limit: query.limit, after });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/flows/:id/versions/:n',
      summary: 'The graph of a version',
      tag: 'Flows',
      access: 'viewer',
      params: versionParamsSchema,
      answer: z.object({ version: z.number().int(), graph: graphSchema }),
      handler: async ({ principal: { workspaceId }, params }) => {
        await getFlow(pool, workspaceId, params.id);
        return { version: params.n, graph: await getVersionGraph(pool, workspaceId, params.id, params.n) };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/flows/:id/versions/:n/restore',
      summary: 'Put a version into the draft',
      tag: 'Flows',
      access: 'editor',
      params: versionParamsSchema,
      answer: flowSchema,
      handler: async ({ principal: { workspaceId }, params }) => {
        await restoreVersion(pool, workspaceId, params.id, params.n);
        const flow = await showFlow(context, workspaceId, params.id);
        announce(context, workspaceId, 'flow.saved', flow);
        return flow;
      },
    }),
  ];
}
