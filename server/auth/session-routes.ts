import type { ServerContext } from '../context.ts';
import { loginRequestSchema, sessionSchema } from '../contract/shapes.ts';
import { HttpProblem } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import type { Authentication } from './authentication.ts';
import { findMember } from './authentication.ts';
import { authHeaders } from './better-auth.ts';
import { logIn } from './login.ts';
import { LoginLimit } from './login-limit.ts';
import { readSession } from './setup.ts';

/** Login, logout, and who is signed in. */
export function sessionRoutes(context: ServerContext, authentication: Authentication): RouteSpec[] {
  const limit = new LoginLimit();
  return [
    route({
      method: 'post',
      path: '/api/v1/login',
      summary: 'Sign in with e-mail and password',
      description: 'Answers with the session cookie. After repeated failures 429.',
      tag: 'Access',
      access: 'public',
      body: loginRequestSchema,
      answer: sessionSchema,
      handler: async ({ body, request, response }) => {
        const { userId, cookies } = await logIn(context, authentication, limit, request, body);
        const principal = await findMember(context.pool, { id: userId, name: '' });
        if (!principal) {
          throw new HttpProblem(403, 'no-workspace', 'Forbidden', 'You are not a member of any workspace.');
        }
        response.append('Set-Cookie', cookies);
        return readSession(context, principal);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/logout',
      summary: 'Sign out',
      tag: 'Access',
      access: 'public',
      status: 204,
      handler: async ({ request, response }) => {
        const { api } = await authentication.auth();
        const signedOut = await api.signOut({ headers: authHeaders(request), returnHeaders: true });
        response.append('Set-Cookie', signedOut.headers.getSetCookie());
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/session',
      summary: 'Who is signed in, and where',
      description: 'Prolongs a session that is older than a day.',
      tag: 'Access',
      access: 'viewer',
      answer: sessionSchema,
      handler: async ({ principal, request, response }) => {
        if (principal.userId) {
          const { api } = await authentication.auth();
          const { headers } = await api.getSession({ headers: authHeaders(request), returnHeaders: true });
          response.append('Set-Cookie', headers.getSetCookie());
        }
        return readSession(context, principal);
      },
    }),
  ];
}
