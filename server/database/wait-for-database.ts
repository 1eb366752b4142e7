import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../start-error.ts';

/** The oldest PostgreSQL that CI tests. */
const OLDEST_VERSION = 15;

/** Containers start together: a database that is not ready yet gets this long. */
const WAIT_MS = 10_000;

/** Nobody there yet, or there and not ready: worth another attempt. */
const TEMPORARY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  '57P03',
  '53300',
]);

/**
 * Waits until the server of DATABASE_URL takes our login, and checks its version.
 * @throws StartError with the reason, without the password
 */
export async function waitForDatabase(
  url: string,
  options: { waitMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const deadline = Date.now() + (options.waitMs ?? WAIT_MS);
  for (;;) {
    const result = await connectOnce(url);
    if ('version' in result) return checkVersion(url, result.version);
    if (!result.isTemporary || Date.now() > deadline) {
      throw new StartError(
        `The database ${nameOf(url)} is not usable: ${result.reason}. Check DATABASE_URL.`,
      );
    }
    await delay(200, undefined, { signal: options.signal });
  }
}

type Attempt = { version: number } | { reason: string; isTemporary: boolean };

async function connectOnce(url: string): Promise<Attempt> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
    return { version: Math.floor(Number(rows[0]?.server_version_num) / 10_000) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message = error instanceof Error ? error.message.split('\n')[0] : '';
    const isTimeout = /timeout/i.test(message ?? '');
    return { reason: message || code || 'no reason given', isTemporary: TEMPORARY.has(code) || isTimeout };
  } finally {
    await client.end().catch(() => {});
  }
}

function checkVersion(url: string, version: number): void {
  if (version >= OLDEST_VERSION) return;
  throw new StartError(
    `The database ${nameOf(url)} is PostgreSQL ${version}; ${OLDEST_VERSION} or newer is needed. Check DATABASE_URL.`,
  );
}

/** Host, port and database, never the login. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${decodeURIComponent(host)}${pathname}`;
}
