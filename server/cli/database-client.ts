import { Socket } from 'node:net';
import pg from 'pg';

/** Tells our connections from those of running processes (see `findUsers` in backup/who-runs.ts). */
export const APPLICATION_NAME = 'replygraph-cli';

/** One connection; `abandon` drops it at once, whatever is under way on it: the server rolls back. */
export type DatabaseClient = { client: pg.Client; close(): Promise<void>; abandon(): void };

/**
 * Connects. What a person can read later is written the same on every server: dates, numbers, encoding.
 * @param signal abandons the connection
 */
export async function openClient(url: string, signal?: AbortSignal): Promise<DatabaseClient> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: 10_000,
    stream: () => socket,
  });
  client.on('error', () => {});
  const abandon = () => void socket.destroy();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abandon, { once: true });
  await client.connect();
  await client.query(`set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set timezone = 'UTC';
    set intervalstyle = 'postgres'; set extra_float_digits = 3; set bytea_output = 'hex';
    set row_security = off; set statement_timeout = 0; set search_path = public`);
  return {
    client,
    abandon,
    close: async () => {
      signal?.removeEventListener('abort', abandon);
      if (!socket.destroyed) await client.end().catch(() => {});
    },
  };
}
