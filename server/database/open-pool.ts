import pg from 'pg';

/**
 * A pool whose connections may break at any moment: idle ones are replaced, and where one breaks in use, its query or the
 * next one fails. pg tells of both as an event too, which would end the process if nobody listened.
 */
export function openPool(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ application_name: 'replygraph', ...options });
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}
