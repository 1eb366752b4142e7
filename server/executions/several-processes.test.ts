import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../testing/database.ts';
import { dyingPool } from './testing/dying-pool.ts';
import type { Harness, Workspace } from './testing/harness.ts';
import {
  chain,
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  publishFlow,
  startProcess,
  untilStatuses,
} from './testing/harness.ts';
import { World } from './testing/test-nodes.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let workspace: Workspace;
let running: Harness[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());
beforeEach(async () => {
  workspace = await createWorkspace(pool);
});
afterEach(async () => {
  await Promise.all(running.map((harness) => harness.close().catch(() => {})));
  running = [];
});

async function start(options: Parameters<typeof startProcess>[1], on = pool): Promise<Harness> {
  const harness = await startProcess(on, { shape: 'server', ...options });
  running.push(harness);
  return harness;
}

const comment = (harness: Harness, flowId: string, id: string, from?: string) =>
  deliver(
    harness,
    `/webhooks/instagram/${flowId}`,
    commentDelivery(workspace, { id, ...(from && { from }) }),
  );

const gated = () =>
  chain([
    { id: 'gate', type: 'test.gate', config: { text: '{{ trigger.comment.id }}' } },
    { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
  ]);

describe('servers and workers on one database', () => {
  it('a server takes webhooks and the workers run them, one contact in order', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'reply', type: 'test.reply', config: { text: 'ok' } }]),
    );
    const server = await start({ world, role: 'server' });
    await start({ world, role: 'worker' });
    await start({ world, role: 'worker' });
    const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
    for (const id of ids) await comment(server, flowId, id, 'ann');
    await untilStatuses(
      pool,
      flowId,
      ids.map(() => 'succeeded'),
    );
    expect(world.replies.map(({ commentId }) => commentId)).toEqual(ids);
  });

  it('a cancel reaches the worker that runs it', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, gated());
    const server = await start({ world, role: 'server' });
    await start({ world, role: 'worker' });
    await comment(server, flowId, 'c1');
    await world.arrived('c1');
    const [execution] = await executionsOf(pool, flowId);
    await server.executions.cancel(workspace.id, execution!.id);
    await untilStatuses(pool, flowId, ['cancelled']);
  });

  it('who watches at a server sees what a worker does', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, gated());
    const server = await start({ world, role: 'server' });
    await start({ world, role: 'worker' });
    const seen: string[] = [];
    server.live.subscribe(workspace.id, `flow:${flowId}`, (event) => seen.push(event.type));
    await comment(server, flowId, 'c1');
    await world.arrived('c1');
    await expect.poll(() => seen).toContain('step.started');
    world.open('c1');
    await expect.poll(() => seen.at(-1)).toBe('execution.finished');
  });

  it('unpublishing at one server is known to the other', async () => {
    const flowId = await publishFlow(pool, workspace.id, chain([]));
    const [one, other] = [await start({ role: 'server' }), await start({ role: 'server' })];
    expect((await comment(other, flowId, 'c1')).status).toBe(200);
    await pool.query(`update flows set status = 'draft', published_version = null where id = $1`, [flowId]);
    one.executions.flowChanged(flowId);
    await expect.poll(async () => (await comment(other, flowId, 'c2')).status).toBe(404);
  });

  it('what a dead worker held is taken over, and it can not come back to it', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, gated());
    const server = await start({ world, role: 'server' });
    const dying = dyingPool(pool, Number.POSITIVE_INFINITY, 'before');
    const worker = await start({ world, role: 'worker' }, dying.pool);
    await comment(server, flowId, 'c1');
    await world.arrived('c1');
    dying.kill();
    // As if its process were gone: no beat any more, and nothing of it left in the table.
    await pool.query(
      `delete from processes where id = (select lease_owner from flow_executions where flow_id = $1)`,
      [flowId],
    );
    await start({ world, role: 'worker' });
    world.open('c1');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: 'c1', text: 'ok' }]);
    void worker.close().catch(() => {});
  });

  it('a worker that stops gives back what it could not finish, to be run at once', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, gated());
    const server = await start({ world, role: 'server' });
    const leaving = await start({ world, role: 'worker' });
    await comment(server, flowId, 'c1');
    await world.arrived('c1');
    await start({ world, role: 'worker' });
    const { rows: before } = await pool.query<{ lease_owner: string }>(
      'select lease_owner from flow_executions where flow_id = $1',
      [flowId],
    );
    await leaving.close();
    const { rows: left } = await pool.query('select 1 from processes where id = $1', [
      before[0]?.lease_owner,
    ]);
    expect(left).toEqual([]);
    world.open('c1');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: 'c1', text: 'ok' }]);
  });

  it('a paused flow keeps what comes until it is resumed', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'reply', type: 'test.reply', config: { text: 'ok' } }]),
    );
    const other = await publishFlow(pool, workspace.id, chain([]));
    const server = await start({ world, role: 'server' });
    await start({ world, role: 'worker' });
    await pool.query('update flows set paused_at = now() where id = $1', [flowId]);
    await comment(server, flowId, 'c1');
    await comment(server, other, 'c2');
    await untilStatuses(pool, other, ['succeeded']);
    await untilStatuses(pool, flowId, ['queued']);
    await pool.query('update flows set paused_at = null where id = $1', [flowId]);
    server.executions.flowResumed(flowId);
    await untilStatuses(pool, flowId, ['succeeded']);
  });

  it('what a worker of an older version does not know is run by one of the new version', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'reply', type: 'test.reply', config: { text: 'ok' } }]),
    );
    const server = await start({ world, role: 'server', version: '2.0.0' });
    const older = await start({ world, role: 'worker', version: '1.0.0', without: 'test.reply' });
    await start({ world, role: 'worker', version: '2.0.0' });
    const ids = Array.from({ length: 6 }, (_, index) => `v${index}`);
    for (const id of ids) await comment(server, flowId, id);
    await untilStatuses(
      pool,
      flowId,
      ids.map(() => 'succeeded'),
    );
    expect(world.replies.map(({ commentId }) => commentId).sort()).toEqual(ids);
    await older.close();
  });

  it('what no version knows fails and says so', async () => {
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'reply', type: 'test.reply', config: { text: 'ok' } }]),
    );
    const server = await start({ role: 'server' });
    await start({ role: 'worker', without: 'test.reply' });
    await comment(server, flowId, 'v1');
    const [execution] = await untilStatuses(pool, flowId, ['failed']);
    expect(execution?.error).toMatchObject({ code: 'unknown_type' });
  });
});
