import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateDatabase } from '../../database/migrate.ts';
import { dropDatabase } from '../../testing/drop-database.ts';

/** A database of its own. */
export type ScratchDatabase = { url: string; drop(): Promise<void> };

/** @param template a database that is copied; without it there is not a single table */
export async function createScratchDatabase(adminUrl: string, template?: string): Promise<ScratchDatabase> {
  const name = `replygraph_cli_${randomBytes(6).toString('hex')}`;
  const copied = template === undefined ? '' : ` template ${template}`;
  await withClient(adminUrl, (client) => client.query(`create database ${name}${copied}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => withClient(adminUrl, (client) => dropDatabase(client, name)),
  };
}

/** Gives a database this version's tables. */
export async function migrate({ url }: Pick<ScratchDatabase, 'url'>): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await migrateDatabase(pool);
  await pool.end();
}

/** Runs something on one connection. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
