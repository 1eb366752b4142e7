import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';

/** The calls that Meta makes (DESIGN 6), for the document; server/webhooks/ answers them. */
export function webhookPaths(problem: z.ZodType): ZodOpenApiPathsObject {
  const flowId = z.object({ flowId: z.uuid() });
  return {
    '/webhooks/instagram/{flowId}': {
      get: handshake('verifyFlowWebhook', "Meta's handshake for one flow", flowId),
      post: delivery('deliverToFlow', 'Events for one flow', problem, flowId),
    },
    '/webhooks/instagram': {
      get: handshake('verifyWebhook', "Meta's handshake for the whole app"),
      post: delivery(
        'deliverToApp',
        'Events for the whole app: each goes to every published flow of its account whose trigger matches',
        problem,
      ),
    },
  };
}

function handshake(operationId: string, summary: string, path?: z.ZodObject): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    tags: ['Webhooks'],
    security: [],
    requestParams: {
      ...(path && { path }),
      query: z.object({
        'hub.mode': z.string(),
        'hub.challenge': z.string(),
        'hub.verify_token': z.string(),
      }),
    },
    responses: {
      200: {
        description: 'The challenge, as it came',
        content: { 'text/plain': { schema: z.string() } },
      },
      403: { description: 'The verify token is wrong' },
    },
  };
}

function delivery(
  operationId: string,
  summary: string,
  problem: z.ZodType,
  path?: z.ZodObject,
): ZodOpenApiOperationObject {
  const refused = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: problem } },
  });
  return {
    operationId,
    summary,
    description:
      'Signed with the app secret over the raw body. 200 means that the events are on disk; delivered twice, they run once.',
    tags: ['Webhooks'],
    security: [],
    requestParams: {
      ...(path && { path }),
      header: z.object({ 'X-Hub-Signature-256': z.string().meta({ example: 'sha256=…' }) }),
    },
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({ object: z.string(), entry: z.array(z.record(z.string(), z.unknown())) }),
        },
      },
    },
    responses: {
      200: { description: 'Stored' },
      400: refused('Not JSON'),
      401: refused('The signature is missing or wrong'),
      ...(path && { 404: refused('No such flow, or it is not published') }),
      413: refused('Larger than 1 MiB'),
    },
  };
}
