import type pg from 'pg';

/** What a process holds, as the database has it. */
export async function findHeld(
  pool: pg.Pool,
  holder: string,
): Promise<{ id: string; cancelRequested: boolean }[]> {
  const { rows } = await pool.query<{ id: string; cancelRequested: boolean }>({
    name: 'find-held',
    text: `select id, cancel_requested as "cancelRequested" from flow_executions
      where status = 'running' and lease_owner = $1`,
    values: [holder],
  });
  return rows;
}

/** Gives executions back unfinished, for any process to go on with. Answers those it gave. */
export async function handBack(pool: pg.Pool, holder: string, executionIds: string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `update flow_executions set status = 'queued', lease_owner = null
     where id = any($1::uuid[]) and lease_owner = $2 and status = 'running' returning id`,
    [executionIds, holder],
  );
  return rows.map(({ id }) => id);
}

/**
 * Queues again whatever was running. Only for a process that is alone on its database (the embedded shape) and has
 * started nothing yet: whoever held it is gone.
 */
export async function takeBackAll(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `update flow_executions set status = 'queued', lease_owner = null where status = 'running'`,
  );
  return rowCount ?? 0;
}
