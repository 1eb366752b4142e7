import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role } from '../contract/shapes.ts';

/** Who asks: a signed-in user or an API key, always inside one workspace. */
export type Principal = {
  workspaceId: string;
  role: Role;
  /** Exactly one of both is set. */
  userId?: string;
  apiKeyId?: string;
  /** For `decidedBy` and the audit log: the user's name or the key's. */
  name: string;
};

/**
 * One call of the API: the Express route, its checks and its OpenAPI entry come from this one description.
 * `handler` gets parsed input and returns the body; it throws HttpProblem for expected failures.
 */
export type RouteSpec<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> = {
  method: 'get' | 'post' | 'put' | 'delete' | 'patch';
  /** Express style: `/api/v1/flows/:id`. */
  path: string;
  summary: string;
  /** Longer text for the API documentation, Markdown. */
  description?: string;
  tag: string;
  /** Least role that may call it; `public` needs no session. */
  access: 'public' | 'viewer' | 'editor' | 'admin' | 'owner';
  params?: Params;
  query?: Query;
  /** JSON body. Without it the request's stream is left unread, for handlers that take other media types. */
  body?: Body;
  /** Most bytes of a JSON body; default 256 KiB. */
  maxBodyBytes?: number;
  answer?: Answer;
  /** Status of a good answer, default 200; 204 has no body. */
  status?: number;
  handler: (input: {
    params: z.output<Params>;
    query: z.output<Query>;
    body: z.output<Body>;
    /** The caller; for `public` routes null unless signed in. */
    principal: Principal;
    request: Request;
    response: Response;
  }) => Promise<z.input<Answer>> | z.input<Answer>;
};

/** Ties the types of a route together; returns it unchanged. */
export function route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(spec: RouteSpec<Params, Query, Body, Answer>): RouteSpec {
  return spec as unknown as RouteSpec;
}
