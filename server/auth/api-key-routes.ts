import type { ServerContext } from '../context.ts';
import {
  apiKeyCreatedSchema,
  apiKeyRequestSchema,
  apiKeySchema,
  pageOf,
  pageQuerySchema,
} from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { roleAllows } from '../http/mount-routes.ts';
import { readCursor } from '../http/page-cursor.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { writeAudit } from './audit.ts';
import type { Authentication } from './authentication.ts';

/** Keys for programs. */
export function apiKeyRoutes(context: ServerContext, authentication: Authentication): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/api-keys',
      summary: 'API keys that work, newest first',
      tag: 'Access',
      access: 'admin',
      query: pageQuerySchema,
      answer: pageOf(apiKeySchema),
      handler: ({ principal, query }) =>
        listApiKeys(context.pool, principal.workspaceId, {
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'post',
      path: '/api/v1/api-keys',
      summary: 'Create an API key',
      description: "The key is in this answer only. Its role can't be higher than the caller's.",
      tag: 'Access',
      access: 'admin',
      body: apiKeyRequestSchema,
      answer: apiKeyCreatedSchema,
      status: 201,
      handler: async ({ principal, body }) => {
        if (!roleAllows(principal.role, body.role)) {
          throw new HttpProblem(
            403,
            'role-needed',
            'Forbidden',
            `You can't create a key with a higher role than your own, which is ${principal.role}.`,
          );
        }
        const { id, key } = await createApiKey(context.pool, {
          ...body,
          workspaceId: principal.workspaceId,
          createdBy: principal.userId,
        });
        await writeAudit(context.db, principal, {
          action: 'api_key.created',
          targetType: 'api_key',
          targetId: id,
          data: { name: body.name, role: body.role },
        });
        return { id, name: body.name, role: body.role, key };
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/api-keys/:id',
      summary: 'Revoke an API key',
      tag: 'Access',
      access: 'admin',
      params: idParamsSchema,
      status: 204,
      handler: async ({ principal, params: { id } }) => {
        const hash = await revokeApiKey(context.pool, principal.workspaceId, id);
        if (!hash) throw notFound('API key');
        authentication.forgetApiKey(hash);
        await writeAudit(context.db, principal, {
          action: 'api_key.revoked',
          targetType: 'api_key',
          targetId: id,
        });
      },
    }),
  ];
}
