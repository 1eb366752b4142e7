import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '../database/connect.ts';
import { connectDatabase } from '../database/connect.ts';

/** A fresh, migrated database for one test file. Call `close` in `afterAll`: it drops the database. */
export async function createTestDatabase(): Promise<DatabaseConnection & { url: string }> {
  const adminUrl = inject('adminUrl');
  const name = `replygraph_test_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${name} template ${inject('templateDatabase')}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const connection = connectDatabase(url.href);
  return {
    ...connection,
    url: url.href,
    close: async () => {
      await connection.close();
      await runAsAdmin(adminUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
