import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';

/** An empty database on a server of the test's, which goes away with it. */
export async function createDatabase(adminUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `replygraph_e2e_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const passwordsSchema = z.object({ postgres: z.string() });

/** The database that runs in a data folder: its address stands in `postmaster.pid` (lines 4 to 6). */
export async function embeddedUrl(dataDir: string): Promise<string> {
  const passwords = await readFile(join(dataDir, 'postgres-passwords.json'), 'utf8');
  const { postgres: password } = passwordsSchema.parse(JSON.parse(passwords));
  const lines = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const host = encodeURIComponent(lines[4] || lines[5] || '127.0.0.1');
  return `postgres://postgres:${password}@${host}:${lines[3]}/replygraph`;
}

/** Rows of the given tables together. */
export async function countRows(url: string, tables: string[]): Promise<number> {
  const counts = tables.map((table) => `(select count(*)::int from ${pg.escapeIdentifier(table)})`);
  const { rows } = await withClient(url, (client) => client.query(`select ${counts.join(' + ')} as count`));
  return z.object({ count: z.number() }).parse(rows[0]).count;
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** A connection that a test holds on to. End it. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks between two questions is an error of the next one, not of the test's process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
