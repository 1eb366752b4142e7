import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { credentials, sessions, users, verifications } from '../database/schema.ts';

/** A database or a transaction in it. */
export type DatabaseOrTransaction = Database | Parameters<Parameters<Database['transaction']>[0]>[0];

export type AuthOptions = {
  /** Signs session cookies. */
  secret: string;
  /** With https the cookie is `Secure`. */
  publicUrl: string;
};

/** better-auth over our tables: people with e-mail and password, and their sessions. */
export type Auth = Awaited<ReturnType<typeof createAuth>>;

/** Sessions last 30 days and are prolonged at most once a day. */
const SESSION_SECONDS = 30 * 24 * 3600;
const PROLONG_AFTER_SECONDS = 24 * 3600;

/**
 * Builds better-auth. Its own HTTP handler is not mounted: our routes call `auth.api`, so that errors, limits and
 * documentation are those of the rest of the API. Imported only when a person signs in or comes with a cookie.
 */
export async function createAuth(db: DatabaseOrTransaction, options: AuthOptions) {
  const [{ betterAuth }, { drizzleAdapter }] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/adapters/drizzle'),
  ]);
  return betterAuth({
    appName: 'Replygraph',
    baseURL: options.publicUrl,
    secret: options.secret,
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: credentials, verification: verifications },
    }),
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 128 },
    session: { expiresIn: SESSION_SECONDS, updateAge: PROLONG_AFTER_SECONDS },
    advanced: {
      cookiePrefix: 'replygraph',
      useSecureCookies: options.publicUrl.startsWith('https://'),
      database: { generateId: () => newId() },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    // Its messages name e-mail addresses; what matters is in the audit log.
    logger: { disabled: true },
    telemetry: { enabled: false },
  });
}

/** Tells better-auth the client's address; set by us, never taken from outside. */
const CLIENT_ADDRESS_HEADER = 'x-replygraph-client-address';

/** What better-auth gets to know of a request: its cookies, its browser, its address. */
export function authHeaders(request: {
  headers: { cookie?: string | undefined; 'user-agent'?: string | undefined };
  ip?: string | undefined;
}): Headers {
  const headers = new Headers();
  if (request.headers.cookie) headers.set('cookie', request.headers.cookie);
  if (request.headers['user-agent']) headers.set('user-agent', request.headers['user-agent'].slice(0, 500));
  if (request.ip) headers.set(CLIENT_ADDRESS_HEADER, request.ip);
  return headers;
}

/** better-auth says no with an error that carries a 4xx code. */
export function isAuthRefusal(error: unknown): error is Error {
  const code = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof code === 'number' && code >= 400 && code < 500;
}
