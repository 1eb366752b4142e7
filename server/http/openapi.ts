import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { CreateDocumentOptions, ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { problemDetailsSchema } from '../contract/shapes.ts';
import type { RouteSpec } from './route.ts';
import { webhookPaths } from './webhook-paths.ts';

const SESSION_COOKIE = 'session';
const API_KEY = 'apiKey';

/** Anything goes where a schema says `unknown`, e.g. a node's config. */
const OPTIONS: CreateDocumentOptions = { allowEmptySchema: { unknown: true, custom: true } };

/** The OpenAPI 3.1 document of the routes and of the webhook calls. */
export function buildOpenApi(routes: RouteSpec[], serverUrl: string) {
  const problem = problemDetailsSchema.meta({ id: 'Problem' });
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Replygraph',
        version: '1',
        description:
          'Errors are RFC 9457 problem details. Lists are paged: pass `nextCursor` as `cursor` to get the next page.',
      },
      servers: [{ url: serverUrl }],
      paths: { ...toPaths(routes, problem), ...webhookPaths(problem) },
      components: {
        securitySchemes: {
          [SESSION_COOKIE]: { type: 'apiKey', in: 'cookie', name: 'replygraph.session_token' },
          [API_KEY]: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    OPTIONS,
  );
}

function toPaths(routes: RouteSpec[], problem: z.ZodType): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const spec of routes) {
    const path = openApiPath(spec.path);
    paths[path] = { ...paths[path], [spec.method]: toOperation(spec, problem) };
  }
  return paths;
}

/** `/flows/:id` as `/flows/{id}`. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function toOperation(spec: RouteSpec, problem: z.ZodType): ZodOpenApiOperationObject {
  const status = String(spec.status ?? 200);
  const params = spec.params ?? pathParams(spec.path);
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    ...describe(spec),
    tags: [spec.tag],
    security: spec.access === 'public' ? [] : [{ [SESSION_COOKIE]: [] }, { [API_KEY]: [] }],
    requestParams: {
      ...(params instanceof z.ZodObject && { path: params }),
      ...(spec.query instanceof z.ZodObject && { query: spec.query }),
    },
    ...(spec.body && { requestBody: { content: { 'application/json': { schema: spec.body } } } }),
    responses: {
      [status]: {
        description: STATUS_CODES[status] ?? 'Done',
        ...(spec.answer && { content: { 'application/json': { schema: spec.answer } } }),
      },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  };
}

function describe(spec: RouteSpec): { description?: string } {
  const role = spec.access === 'public' ? null : `Needs the role ${spec.access} or higher.`;
  const description = [spec.description, role].filter(Boolean).join('\n\n');
  return description ? { description } : {};
}

function pathParams(path: string): z.ZodObject | null {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  return names.length > 0 ? z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) : null;
}

/** `post /api/v1/flows/:id/publish` as `postFlowsIdPublish`. */
function operationId({ method, path }: RouteSpec): string {
  const words = path
    .replace(/^\/api\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  const prefix = path.startsWith('/api/v1') ? '' : 'Root';
  return method + prefix + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}
