import type { IncomingMessage } from 'node:http';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Role } from '../contract/shapes.ts';
import { findUnstorable } from './check-text.ts';
import { HttpProblem } from './problem.ts';
import { DEFAULT_BODY_BYTES, readJson } from './read-json.ts';
import type { Principal, RouteSpec } from './route.ts';

/** Finds out who asks, from the session cookie or the API key; null for nobody. */
export type Authenticate = (request: IncomingMessage) => Promise<Principal | null>;

type MountOptions = {
  authenticate: Authenticate;
  /** Tests: fail with a 500 when a handler's answer is not what its schema says. */
  checkAnswers?: boolean;
};

const RANK: Record<Role, number> = { viewer: 0, editor: 1, admin: 2, owner: 3 };

/** Whether `role` may do what needs `needed`. */
export function roleAllows(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** Mounts every route with its checks: who asks, then path, query and body, then the handler, then the answer. */
export function mountRoutes(app: Express, routes: RouteSpec[], options: MountOptions): void {
  for (const spec of routes) {
    const reader = spec.body ? readJson(spec.maxBodyBytes ?? DEFAULT_BODY_BYTES) : [];
    app[spec.method](spec.path, checkAccess(spec, options.authenticate), ...reader, answer(spec, options));
  }
}

const principals = new WeakMap<Request, Principal>();

/** Access comes before the body is read: nobody unknown makes us parse megabytes. */
function checkAccess(spec: RouteSpec, authenticate: Authenticate): RequestHandler {
  return async (request, _response, next) => {
    const principal = await authenticate(request);
    if (principal) principals.set(request, principal);
    if (spec.access !== 'public') requireRole(principal, spec.access);
    next();
  };
}

function requireRole(principal: Principal | null, needed: Role): void {
  if (!principal) {
    throw new HttpProblem(
      401,
      'not-signed-in',
      'Not signed in',
      'Sign in, or send an API key as "Authorization: Bearer <key>".',
    );
  }
  if (!roleAllows(principal.role, needed)) {
    throw new HttpProblem(
      403,
      'role-needed',
      'Forbidden',
      `This needs the role ${needed} or higher; yours is ${principal.role}.`,
    );
  }
}

function answer(spec: RouteSpec, options: MountOptions): RequestHandler {
  const paramsSchema = spec.params ?? idParams(spec.path);
  return async (request: Request, response: Response) => {
    const params = parseParams(paramsSchema, request.params);
    const query = parseInput(spec.query ?? z.unknown(), request.query);
    const body = spec.body ? parseInput(spec.body, request.body) : undefined;
    // Routes that need a principal have one by now; public ones are documented to get null.
    const principal = (principals.get(request) ?? null) as Principal;
    const result = await spec.handler({ params, query, body, principal, request, response });
    if (response.headersSent) return;
    response.status(spec.status ?? 200);
    response.setHeader('Cache-Control', 'no-store');
    if ((spec.status ?? 200) === 204) response.end();
    else response.json(options.checkAnswers && spec.answer ? spec.answer.parse(result) : result);
  };
}

/** Ids are UUIDs: anything else names nothing, and must not reach a query. */
function idParams(path: string): z.ZodType {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  return z.object(
    Object.fromEntries(names.map((name) => [name, /^id$|Id$/.test(name) ? z.uuid() : z.string().max(200)])),
  );
}

function parseParams(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success && !findUnstorable(parsed.data)) return parsed.data;
  throw new HttpProblem(404, 'not-found', 'Not found', 'There is nothing at this address.');
}

function parseInput(schema: z.ZodType, value: unknown): unknown {
  const unstorable = findUnstorable(value);
  if (unstorable) throw badInput([unstorable]);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badInput(
    parsed.error.issues
      .slice(0, 100)
      .map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

function badInput(errors: { path: string; message: string }[]): HttpProblem {
  const first = errors[0];
  const detail = first ? `${first.path ? `${first.path}: ` : ''}${first.message}` : 'The input is not valid.';
  return new HttpProblem(400, 'bad-request', 'Bad request', detail, { errors });
}
