import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import { sessionSchema, setupRequestSchema } from '../contract/shapes.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { authHeaders } from './better-auth.ts';
import type { SetupHooks } from './setup.ts';
import { isSetupNeeded, setUp } from './setup.ts';

/** The first owner, once. */
export function setupRoutes(context: ServerContext, hooks: SetupHooks): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/setup',
      summary: 'Whether the first owner is still to be created',
      tag: 'Access',
      access: 'public',
      answer: z.object({ needed: z.boolean() }),
      handler: async () => ({ needed: await isSetupNeeded(context.pool) }),
    }),
    route({
      method: 'post',
      path: '/api/v1/setup',
      summary: 'Create the first owner and the workspace',
      description: 'Works once; answers with the session cookie. Afterwards 409.',
      tag: 'Access',
      access: 'public',
      body: setupRequestSchema,
      answer: sessionSchema,
      status: 201,
      handler: async ({ body, request, response }) => {
        const options = { secret: context.secrets.appSecret, publicUrl: context.publicUrl() };
        const { session, cookies } = await setUp(context.db, options, body, authHeaders(request), hooks);
        response.append('Set-Cookie', cookies);
        return session;
      },
    }),
  ];
}
