import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { ExecutionToStore } from '../webhooks/ingest.ts';
import { startSchedules } from './schedules.ts';
import { createWorkspace, executionsOf, publishFlow } from './testing/harness.ts';
import { testCatalogue, World } from './testing/test-nodes.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());
afterEach(() => {
  vi.useRealTimers();
});

it('starts a flow at its time by its own clock, once though two processes keep the time', async () => {
  const workspace = await createWorkspace(pool);
  const config = { cron: '0 9 * * *', timezone: 'Europe/Berlin' };
  const flowId = await publishFlow(pool, workspace.id, {
    nodes: [{ id: 'clock', type: 'trigger.schedule', name: 'Clock', config }],
    edges: [],
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  vi.setSystemTime('2026-07-01T06:59:00.000Z');
  const stored: ExecutionToStore[] = [];
  const deps = {
    pool,
    log: createLog('silent'),
    catalogue: testCatalogue(new World()),
    now: () => new Date(),
    onStored: (executions: ExecutionToStore[]) => stored.push(...executions),
  };
  const schedules = [startSchedules(deps), startSchedules(deps)];
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stored).toHaveLength(1);
  });
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  expect(await executionsOf(pool, flowId)).toHaveLength(1);
  expect(stored[0]).toMatchObject({
    triggerNodeId: 'clock',
    dedupeKey: 'schedule:clock:2026-07-01T07:00:00.000Z',
    event: { kind: 'schedule', at: '2026-07-01T07:00:00.000Z' },
  });
});
