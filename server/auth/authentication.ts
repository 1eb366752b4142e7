import type { IncomingMessage } from 'node:http';
import type pg from 'pg';
import type { Role } from '../contract/shapes.ts';
import type { Database } from '../database/connect.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import type { Authenticate } from '../http/mount-routes.ts';
import type { Principal } from '../http/route.ts';
import { findApiKey, hashApiKey, readBearerKey } from './api-keys.ts';
import type { Auth } from './better-auth.ts';
import { authHeaders, createAuth } from './better-auth.ts';

/** How long another process may still accept a key that was revoked here. */
const KEY_CACHE_MS = 15_000;
const KEY_CACHE_ENTRIES = 1_000;
const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?replygraph\.session_token=/;

/** Who asks, for routes and WebSockets alike. */
export type Authentication = {
  authenticate: Authenticate;
  /** better-auth, loaded at first use. */
  auth: () => Promise<Auth>;
  /** A key was revoked: this process refuses it from now on. */
  forgetApiKey: (hash: string) => void;
};

type Needs = { db: Database; pool: pg.Pool; secrets: { appSecret: string }; publicUrl: () => string };

/** Builds the authentication of a process; `publicUrl` is asked at first use, when the server listens. */
export function createAuthentication(needs: Needs): Authentication {
  const keys = new ExpiringCache<Principal>(KEY_CACHE_ENTRIES, KEY_CACHE_MS);
  let loading: Promise<Auth> | undefined;
  const auth = () => {
    loading ??= createAuth(needs.db, { secret: needs.secrets.appSecret, publicUrl: needs.publicUrl() });
    return loading;
  };

  async function byApiKey(header: string): Promise<Principal | null> {
    const key = readBearerKey(header);
    if (!key) return null;
    const hash = hashApiKey(key);
    const known = keys.get(hash);
    if (known) return known;
    const principal = await findApiKey(needs.pool, hash);
    if (principal) keys.set(hash, principal);
    return principal;
  }

  async function bySession(request: IncomingMessage): Promise<Principal | null> {
    if (!SESSION_COOKIE.test(request.headers.cookie ?? '')) return null;
    const { api } = await auth();
    // Prolonging takes a new cookie, which only GET /api/v1/session sends.
    const session = await api.getSession({ headers: authHeaders(request), query: { disableRefresh: true } });
    return session && findMember(needs.pool, session.user);
  }

  return {
    authenticate: (request) => {
      const { authorization } = request.headers;
      return authorization === undefined ? bySession(request) : byApiKey(authorization);
    },
    auth,
    forgetApiKey: (hash) => keys.delete(hash),
  };
}

/** The workspace of a user, with the role there. */
export async function findMember(
  pool: pg.Pool,
  user: { id: string; name: string },
): Promise<Principal | null> {
  const { rows } = await pool.query<{ workspaceId: string; role: Role }>(
    `select workspace_id as "workspaceId", role from members
     where user_id = $1 order by created_at, workspace_id limit 1`,
    [user.id],
  );
  const member = rows[0];
  return member
    ? { workspaceId: member.workspaceId, role: member.role, userId: user.id, name: user.name }
    : null;
}
