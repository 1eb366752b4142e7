import type { Request } from 'express';
import type { ServerContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { writeAudit } from './audit.ts';
import type { Authentication } from './authentication.ts';
import { authHeaders, isAuthRefusal } from './better-auth.ts';
import type { LoginLimit } from './login-limit.ts';
import { LOGIN_WINDOW_MS } from './login-limit.ts';

type Credentials = { email: string; password: string };

/**
 * Signs in with e-mail and password. The answer to a wrong password and to an unknown e-mail is the same.
 * @returns the user's id and the cookies of the session
 * @throws HttpProblem 401; 429 after too many failures
 */
export async function logIn(
  context: ServerContext,
  authentication: Authentication,
  limit: LoginLimit,
  request: Request,
  { email, password }: Credentials,
): Promise<{ userId: string; cookies: string[] }> {
  const address = request.ip ?? 'unknown';
  const verdict = limit.begin(address, email);
  if (verdict === 'newly_blocked') await noteBlocked(context, email, address);
  if (verdict !== 'allowed') {
    request.res?.set('Retry-After', String(LOGIN_WINDOW_MS / 1_000));
    throw tooManyAttempts();
  }
  const { api } = await authentication.auth();
  try {
    const signedIn = await api.signInEmail({
      body: { email, password },
      headers: authHeaders(request),
      returnHeaders: true,
    });
    limit.succeeded(address, email);
    return { userId: signedIn.response.user.id, cookies: signedIn.headers.getSetCookie() };
  } catch (error) {
    if (!isAuthRefusal(error)) throw error;
    throw new HttpProblem(401, 'login-failed', 'Login failed', 'E-mail or password is wrong.');
  }
}

function tooManyAttempts(): HttpProblem {
  const minutes = LOGIN_WINDOW_MS / 60_000;
  return new HttpProblem(
    429,
    'too-many-attempts',
    'Too many attempts',
    `Too many logins failed. Try again in ${minutes} minutes.`,
  );
}

/** One line when a series of attempts reaches the limit, not one for each attempt. */
async function noteBlocked(context: ServerContext, email: string, address: string): Promise<void> {
  context.log.warn({ address }, 'login blocked after repeated attempts');
  const { rows } = await context.pool.query<{ workspaceId: string; userId: string }>(
    `select m.workspace_id as "workspaceId", u.id as "userId"
     from users u join members m on m.user_id = u.id where u.email = $1`,
    [email.toLowerCase()],
  );
  for (const { workspaceId, userId } of rows) {
    await writeAudit(
      context.db,
      { workspaceId, system: true },
      {
        action: 'login.blocked',
        targetType: 'user',
        targetId: userId,
        data: { address },
      },
    );
  }
}
