import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase } from '../testing/database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const ONE_FLOW = `explain (costs off) select name from flows where id = '0199a0de-0000-7000-8000-000000000000'`;

it('the hot path reads young tables by index, where a page reads all of a few rows', async () => {
  const planOf = async (pool: typeof database.pool) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(ONE_FLOW);
    return rows[0]?.['QUERY PLAN'];
  };
  await database.pool.query('analyze flows');
  expect(await planOf(database.hotPool)).toMatch(/^Index Scan using/);
  expect(await planOf(database.pool)).toMatch(/^Seq Scan/);
});

it('every connection of the hot path plans a statement once, the others as PostgreSQL likes', async () => {
  const modeOf = async (pool: typeof database.pool) => {
    const { rows } = await pool.query<{ plan_cache_mode: string }>('show plan_cache_mode');
    return rows[0]?.plan_cache_mode;
  };
  const hot = await Promise.all(Array.from({ length: 12 }, () => modeOf(database.hotPool)));
  expect(new Set(hot)).toEqual(new Set(['force_generic_plan']));
  expect(await modeOf(database.pool)).toBe('auto');
});

it('a connection that breaks while it is held fails what is asked next, not the process', async () => {
  const held = await database.pool.connect();
  try {
    const ended = new Promise<void>((resolve) => held.once('end', resolve));
    const { rows } = await held.query<{ pid: number }>('select pg_backend_pid() as pid');
    await database.hotPool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    await expect(held.query('select 1')).rejects.toThrow();
  } finally {
    held.release();
  }
  await expect(database.pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
});
