import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { Presence } from './presence.ts';
import { openPresence } from './presence.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());

const lost: string[] = [];
const open = (): Promise<Presence> =>
  openPresence({
    pool,
    log: createLog('silent'),
    role: 'worker',
    version: '1.2.3',
    onLost: (name) => lost.push(name),
  });

const beatsOf = async (name: string | null) =>
  (await pool.query<{ beat: string }>('select beat from processes where id = $1', [name])).rows;

describe('the presence of a process', () => {
  it('is seen by the others, and over when it leaves', async () => {
    const presence = await open();
    const name = presence.holder();
    const { rows } = await pool.query('select role, version from processes where id = $1', [name]);
    expect(rows).toEqual([{ role: 'worker', version: '1.2.3' }]);
    await expect
      .poll(async () => Number((await beatsOf(name))[0]?.beat), { timeout: 5_000 })
      .toBeGreaterThan(0);
    await presence.leave();
    expect(await beatsOf(name)).toEqual([]);
  });

  it('has the time of the database', async () => {
    const presence = await open();
    const { rows } = await pool.query<{ between: boolean }>(
      `select $1::timestamptz between clock_timestamp() - interval '2 s' and clock_timestamp() + interval '2 s' as between`,
      [presence.now()],
    );
    expect(rows).toEqual([{ between: true }]);
    await presence.leave();
  });

  it('of one that could not say that it lives is lost for ever; it goes on under a new name', async () => {
    const presence = await open();
    const before = presence.holder();
    const client = await pool.connect();
    await client.query('begin');
    await client.query('select 1 from processes where id = $1 for update', [before]);
    await expect.poll(() => lost, { timeout: 15_000 }).toContain(before);
    expect(presence.isHolder(before ?? '')).toBe(false);
    await client.query('rollback');
    client.release();
    await expect.poll(() => presence.holder(), { timeout: 15_000 }).not.toBeNull();
    expect(presence.holder()).not.toBe(before);
    expect(presence.isHolder(before ?? '')).toBe(false);
    await presence.leave();
  });

  it('of one whose entry was removed is lost', async () => {
    const presence = await open();
    const before = presence.holder();
    await pool.query('delete from processes where id = $1', [before]);
    await expect.poll(() => lost, { timeout: 15_000 }).toContain(before);
    await presence.leave();
  });
});
