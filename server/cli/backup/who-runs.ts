import type pg from 'pg';
import { APPLICATION_NAME } from '../database-client.ts';

/** A process that gave a sign of life within this time counts as running. */
export const ALIVE_SECONDS = 15;

/**
 * Who else uses this database now, in words; empty where nobody does. By the signs of life in `processes` and by the
 * connections, which also show a process that hangs.
 */
export async function findUsers(client: pg.ClientBase): Promise<string[]> {
  const users: string[] = [];
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('public.processes')::text as name`,
  );
  if (tables[0]?.name) {
    const { rows } = await client.query<{ id: string; host: string; role: string }>(
      `select id, host, role from public.processes where seen_at > now() - make_interval(secs => $1)`,
      [ALIVE_SECONDS],
    );
    users.push(...rows.map(({ role, host }) => `process "${role}" on ${host}`));
  }
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'replygraph%' and application_name <> $1`,
    [APPLICATION_NAME],
  );
  const count = rows[0]?.count ?? 0;
  if (count > 0) users.push(`${count} ${count === 1 ? 'connection' : 'connections'} of Replygraph`);
  return users;
}
