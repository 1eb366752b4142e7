import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '../database/connect.ts';
import { connectDatabase } from '../database/connect.ts';
import { dropDatabase } from './drop-database.ts';

/** A fresh, migrated database for one test file. Call `close` in `afterAll`: it drops the database. */
export async function createTestDatabase(): Promise<DatabaseConnection & { url: string }> {
  const adminUrl = inject('adminUrl');
  const name = `replygraph_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, (client) =>
    client.query(`create database ${name} template ${inject('templateDatabase')}`),
  );
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const connection = connectDatabase(url.href);
  return {
    ...connection,
    url: url.href,
    close: async () => {
      await connection.close();
      await asAdmin(adminUrl, (client) => dropDatabase(client, name));
    },
  };
}

async function asAdmin(adminUrl: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
