import type pg from 'pg';

/** Prefix of our keys in Redis: installations that share a Redis are told apart by the name of their database. */
export async function redisPrefix(pool: Pick<pg.Pool, 'query'>): Promise<string> {
  const { rows } = await pool.query<{ name: string }>('select current_database() as name');
  return `replygraph:${rows[0]?.name.replaceAll(/[^\w-]/g, '_')}`;
}
