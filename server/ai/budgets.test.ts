import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../database/id.ts';
import { createTestDatabase } from '../testing/database.ts';
import { releaseExpired, reserve, spendingToday } from './budgets.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function createWorkspace(): Promise<string> {
  const id = newId();
  await database.pool.query('insert into workspaces (id, name) values ($1, $2)', [id, 'A workspace']);
  return id;
}

describe('reserving', () => {
  test('never promises more than the budget, however many ask at once', async () => {
    const workspaceId = await createWorkspace();
    const asked = Array.from({ length: 60 }, () =>
      reserve(database.pool, { workspaceId, usd: 0.1, dailyUsd: 1 }),
    );
    const given = (await Promise.all(asked)).filter((each) => each !== null);
    expect(given).toHaveLength(10);
    expect(await spendingToday(database.pool, workspaceId)).toMatchObject({
      spentUsd: 0,
      reservedUsd: expect.closeTo(1),
    });
  });

  test('keeps workspaces apart', async () => {
    const [full, empty] = [await createWorkspace(), await createWorkspace()];
    expect(await reserve(database.pool, { workspaceId: full, usd: 1, dailyUsd: 1 })).not.toBeNull();
    expect(await reserve(database.pool, { workspaceId: full, usd: 0.01, dailyUsd: 1 })).toBeNull();
    expect(await reserve(database.pool, { workspaceId: empty, usd: 1, dailyUsd: 1 })).not.toBeNull();
  });

  test('refuses what is more than the whole budget', async () => {
    const workspaceId = await createWorkspace();
    expect(await reserve(database.pool, { workspaceId, usd: 2, dailyUsd: 1 })).toBeNull();
    expect(await spendingToday(database.pool, workspaceId)).toMatchObject({ spentUsd: 0, reservedUsd: 0 });
  });
});

describe('reservations of processes that died', () => {
  test('are given back to the day they were made on', async () => {
    const workspaceId = await createWorkspace();
    const [dead, alive] = [
      await reserve(database.pool, { workspaceId, usd: 0.7, dailyUsd: 1 }),
      await reserve(database.pool, { workspaceId, usd: 0.3, dailyUsd: 1 }),
    ];
    // Made yesterday, as far as its end tells.
    await database.pool.query(
      `update ai_reservations set expires_at = expires_at - interval '1 day' where id = $1`,
      [dead?.id],
    );
    await database.pool.query(
      `insert into ai_budget_days (workspace_id, day, spent_usd)
       values ($1, (now() at time zone 'utc')::date - 1, 5)`,
      [workspaceId],
    );

    expect(await releaseExpired(database.pool, workspaceId)).toBe(1);

    const { rows } = await database.pool.query(
      'select spent_usd as spent from ai_budget_days where workspace_id = $1 order by day',
      [workspaceId],
    );
    expect(rows).toEqual([{ spent: expect.closeTo(4.3) }, { spent: expect.closeTo(1) }]);
    expect(alive).not.toBeNull();
    expect(await releaseExpired(database.pool, workspaceId)).toBe(0);
  });
});
