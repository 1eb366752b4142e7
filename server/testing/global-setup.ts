import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../database/migrate.ts';
import { startTestServer } from './test-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
    templateDatabase: string;
  }
}

/**
 * One PostgreSQL for all server tests: TEST_DATABASE_URL where set, else an embedded one. It makes a migrated template
 * database; every test file copies it (server/testing/database.ts).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(process.env.TEST_DATABASE_URL);
  const templateDatabase = `replygraph_template_${randomBytes(4).toString('hex')}`;
  try {
    await withClient(server.adminUrl, async (client) => {
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      console.log(`Server tests use ${server.name}, version ${rows[0]?.server_version}.`);
      await client.query(`create database ${templateDatabase}`);
    });
    const pool = new pg.Pool({ connectionString: databaseUrl(server.adminUrl, templateDatabase), max: 2 });
    await migrateDatabase(pool);
    await pool.end();
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('adminUrl', server.adminUrl);
  project.provide('templateDatabase', templateDatabase);
  return async () => {
    await withClient(server.adminUrl, (client) =>
      client.query(`drop database if exists ${templateDatabase} with (force)`),
    );
    await server.stop();
  };
}

function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
