import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
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

async function start(options: Parameters<typeof startProcess>[1] = {}, on = pool): Promise<Harness> {
  const harness = await startProcess(on, options);
  running.push(harness);
  return harness;
}

async function comment(harness: Harness, flowId: string, id: string, from?: string): Promise<void> {
  const delivery = commentDelivery(workspace, { id, ...(from && { from }) });
  const response = await deliver(harness, `/webhooks/instagram/${flowId}`, delivery);
  expect(response.status).toBe(200);
}

const replyFlow = () =>
  chain([
    { id: 'before', type: 'test.delay', config: { ms: 0 } },
    { id: 'reply', type: 'test.reply', config: { text: 'Thanks!' } },
    { id: 'after', type: 'test.reply', config: { text: '{{ steps.reply.output.id }}' } },
  ]);

describe('a process that is killed', () => {
  const moments = [1, 2, 3, 4, 5, 6].flatMap((nth) => [
    { nth, moment: 'before' as const },
    { nth, moment: 'after' as const },
  ]);

  it.each(moments)(
    '$moment journal write $nth: the next one finishes, with each effect once',
    async ({ nth, moment }) => {
      const world = new World();
      const flowId = await publishFlow(
        pool,
        workspace.id,
        chain([
          { id: 'pause', type: 'test.delay', config: { ms: 1 } },
          { id: 'reply', type: 'test.reply', config: { text: 'Thanks!' } },
          { id: 'again', type: 'test.delay', config: { ms: 1 } },
        ]),
      );
      const dying = dyingPool(pool, nth, moment);
      const first = await start({ world }, dying.pool);
      await comment(first, flowId, 'c1');
      const finished = vi.waitFor(
        async () => expect((await executionsOf(pool, flowId))[0]?.status).toBe('succeeded'),
        { timeout: 20_000 },
      );
      await Promise.race([dying.died, finished]);
      await first.close().catch(() => {});
      await start({ world });
      await untilStatuses(pool, flowId, ['succeeded']);
      expect(world.replies).toEqual([{ commentId: 'c1', text: 'Thanks!' }]);
    },
  );
});

describe('executions of one contact', () => {
  it('run one after the other in the order of arrival, while others go on', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([
        { id: 'gate', type: 'test.gate', config: { text: '{{ trigger.comment.id }}' } },
        { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
      ]),
    );
    const harness = await start({ world });
    for (const id of ['a1', 'a2', 'a3']) await comment(harness, flowId, id, 'ann');
    await comment(harness, flowId, 'b1', 'bob');
    await Promise.all([world.arrived('a1'), world.arrived('b1')]);
    for (const id of ['a2', 'a3', 'b1']) world.open(id);
    await untilStatuses(pool, flowId, ['running', 'queued', 'queued', 'succeeded']);
    world.open('a1');
    await untilStatuses(pool, flowId, ['succeeded', 'succeeded', 'succeeded', 'succeeded']);
    expect(world.replies.map(({ commentId }) => commentId)).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('wait behind one that only waits to try something again', async () => {
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'pause', type: 'test.delay', config: { ms: 3_600_000 } }]),
    );
    const harness = await start();
    await comment(harness, flowId, 't1', 'ann');
    const [first] = await untilStatuses(pool, flowId, ['waiting']);
    await pool.query('update flow_executions set keeps_turn = true where id = $1', [first?.id]);
    await comment(harness, flowId, 't2', 'ann');
    await comment(harness, flowId, 't3', 'bob');
    await untilStatuses(pool, flowId, ['waiting', 'queued', 'waiting']);
    await harness.executions.cancel(workspace.id, first?.id ?? '');
    await untilStatuses(pool, flowId, ['cancelled', 'waiting', 'waiting']);
  });

  it('are not held up by one that waits', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'ask', type: 'test.approval', config: { text: 'ok?' }, port: 'approved' }]),
    );
    const harness = await start({ world });
    await comment(harness, flowId, 'w1', 'ann');
    await comment(harness, flowId, 'w2', 'ann');
    await untilStatuses(pool, flowId, ['waiting', 'waiting']);
  });
});

describe('an approval', () => {
  const askingFlow = (timeoutMs?: number) => ({
    nodes: [
      { id: 'start', type: 'trigger.test', name: 'Start' },
      {
        id: 'ask',
        type: 'test.approval',
        name: 'Ask',
        config: { text: 'Draft', ...(timeoutMs && { timeoutMs }) },
      },
      { id: 'yes', type: 'test.reply', name: 'Yes', config: { text: '{{ steps.ask.output.text }}' } },
      { id: 'late', type: 'test.reply', name: 'Late', config: { text: 'late' } },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'ask' },
      { id: 'e2', source: 'ask', sourceHandle: 'approved', target: 'yes' },
      { id: 'e3', source: 'ask', sourceHandle: 'timeout', target: 'late' },
    ],
  });
  const approvalOf = async (flowId: string) => {
    const { rows } = await pool.query('select * from approvals where flow_id = $1', [flowId]);
    expect(rows).toHaveLength(1);
    return rows[0];
  };

  it('waits for a person across a restart, goes on with the edited text, and is decided once', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, askingFlow());
    const first = await start({ world });
    await comment(first, flowId, 'c1');
    await untilStatuses(pool, flowId, ['waiting']);
    await first.close();
    const second = await start({ world });
    const { id: approvalId } = await approvalOf(flowId);
    const decision = { workspaceId: workspace.id, approvalId, decision: 'approved' as const, by: 'Ann' };
    const other = { ...decision, workspaceId: (await createWorkspace(pool)).id };
    await expect(second.executions.decideApproval(other)).rejects.toMatchObject({ status: 404 });
    const results = await Promise.allSettled([
      second.executions.decideApproval({ ...decision, text: 'Edited' }),
      second.executions.decideApproval({ ...decision, text: 'Edited' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(second.executions.decideApproval(decision)).rejects.toMatchObject({ status: 409 });
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: 'c1', text: 'Edited' }]);
    expect(await approvalOf(flowId)).toMatchObject({
      status: 'approved',
      final_text: 'Edited',
      decided_by: 'Ann',
    });
  });

  it('takes the timeout port when nobody decides', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, askingFlow(50));
    const harness = await start({ world });
    await comment(harness, flowId, 'c1');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: 'c1', text: 'late' }]);
    expect((await approvalOf(flowId)).status).toBe('expired');
  });

  it('decided while a parallel branch still runs is not forgotten', async () => {
    const world = new World();
    const asking = askingFlow();
    const flowId = await publishFlow(pool, workspace.id, {
      nodes: [...asking.nodes, { id: 'slow', type: 'test.gate', name: 'Slow', config: { text: 'slow' } }],
      edges: [...asking.edges, { id: 'e4', source: 'start', target: 'slow' }],
    });
    const harness = await start({ world });
    await comment(harness, flowId, 'c1');
    await world.arrived('slow');
    const approval = await vi.waitFor(() => approvalOf(flowId));
    await harness.executions.decideApproval({
      workspaceId: workspace.id,
      approvalId: approval.id,
      decision: 'approved',
      by: 'Ann',
    });
    world.open('slow');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: 'c1', text: 'Draft' }]);
  });
});

it('a delay goes on after a restart, though its job is lost', async () => {
  const flowId = await publishFlow(pool, workspace.id, replyFlow());
  const longFlow = await publishFlow(
    pool,
    workspace.id,
    chain([{ id: 'wait', type: 'test.delay', config: { ms: 300 } }]),
  );
  const world = new World();
  const first = await start({ world });
  await comment(first, flowId, 'c1');
  await comment(first, longFlow, 'c2');
  await untilStatuses(pool, longFlow, ['waiting']);
  await first.close();
  await pool.query('truncate bullmq.job cascade').catch(() => {});
  await start({ world });
  await untilStatuses(pool, longFlow, ['succeeded']);
  await untilStatuses(pool, flowId, ['succeeded']);
});

it('queued executions are found though the queue lost them', async () => {
  const world = new World();
  const flowId = await publishFlow(pool, workspace.id, chain([{ id: 'reply', type: 'test.reply' }]));
  const harness = await start({ world });
  await harness.executions.stop(0);
  await comment(harness, flowId, 'c1');
  await pool.query(`update flow_executions set created_at = now() - interval '1 minute' where flow_id = $1`, [
    flowId,
  ]);
  await start({ world });
  await untilStatuses(pool, flowId, ['succeeded']);
});

describe('cancel', () => {
  it('ends a running execution, and a waiting one together with its approval', async () => {
    const world = new World();
    const runs = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'gate', type: 'test.gate', config: { text: 'g' } }]),
    );
    const waits = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'ask', type: 'test.approval', config: { text: 'ok?' } }]),
    );
    const harness = await start({ world });
    await comment(harness, runs, 'c1');
    await comment(harness, waits, 'c2');
    await world.arrived('g');
    const [waiting] = await untilStatuses(pool, waits, ['waiting']);
    const [active] = await executionsOf(pool, runs);
    await harness.executions.cancel(workspace.id, active!.id);
    await harness.executions.cancel(workspace.id, waiting!.id);
    await untilStatuses(pool, runs, ['cancelled']);
    await untilStatuses(pool, waits, ['cancelled']);
    await expect(harness.executions.cancel(workspace.id, active!.id)).rejects.toMatchObject({ status: 409 });
    const { rows } = await pool.query('select status from approvals where execution_id = $1', [waiting!.id]);
    expect(rows).toEqual([{ status: 'cancelled' }]);
  });
});

describe('a failed execution', () => {
  const failingFlow = () =>
    chain([
      { id: 'fail', type: 'test.fail' },
      { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
    ]);

  it('is retried from the failed step and replayed from the start', async () => {
    const world = new World();
    const flowId = await publishFlow(pool, workspace.id, failingFlow());
    const harness = await start({ world });
    await comment(harness, flowId, 'c1');
    const [failed] = await untilStatuses(pool, flowId, ['failed']);
    expect(failed?.error).toMatchObject({
      nodeId: 'fail',
      message: expect.stringContaining('It does not work.'),
    });
    world.replies.push({ commentId: 'other', text: 'so that it works' });
    await harness.executions.retry(workspace.id, failed!.id);
    await untilStatuses(pool, flowId, ['succeeded']);
    await expect(harness.executions.retry(workspace.id, failed!.id)).rejects.toMatchObject({ status: 409 });
    await harness.executions.replay(workspace.id, failed!.id);
    await untilStatuses(pool, flowId, ['succeeded', 'succeeded']);
    expect(world.replies.filter(({ commentId }) => commentId === 'c1')).toHaveLength(2);
  });
});

describe('an uncertain effect', () => {
  it.each([
    { happened: true, sent: 0 },
    { happened: false, sent: 1 },
  ])('settled by a person (happened: $happened) lets the execution go on', async ({ happened, sent }) => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([
        { id: 'fail', type: 'test.fail' },
        { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
      ]),
    );
    const harness = await start({ world });
    await comment(harness, flowId, 'u1');
    const [failed] = await untilStatuses(pool, flowId, ['failed']);
    const executionId = failed!.id;
    await pool.query(
      `insert into effects (execution_id, node_id, key, workspace_id, status, description)
       values ($1, 'reply', 'reply', $2, 'uncertain', 'Reply')`,
      [executionId, workspace.id],
    );
    world.replies.push({ commentId: 'other', text: 'so that the first step works' });
    const request = { workspaceId: workspace.id, executionId, nodeId: 'reply', key: 'reply', happened };

    await harness.executions.settleEffect(request);

    await untilStatuses(pool, flowId, ['succeeded']);
    expect(world.replies.filter(({ commentId }) => commentId === 'u1')).toHaveLength(sent);
    await expect(harness.executions.settleEffect(request)).rejects.toMatchObject({ status: 409 });
    const stranger = { ...request, workspaceId: '00000000-0000-7000-8000-000000000000' };
    await expect(harness.executions.settleEffect(stranger)).rejects.toMatchObject({ status: 404 });
  });
});

describe('stopping', () => {
  it('lets running executions finish, and gives back those that do not', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'gate', type: 'test.gate', config: { text: '{{ trigger.comment.id }}' } }]),
    );
    const first = await start({ world });
    await comment(first, flowId, 'ends');
    await comment(first, flowId, 'stays');
    await Promise.all([world.arrived('ends'), world.arrived('stays')]);
    const stopped = first.executions.stop(300);
    world.open('ends');
    await stopped;
    expect((await executionsOf(pool, flowId)).map(({ status }) => status)).toEqual(['succeeded', 'queued']);
    world.open('stays');
    await start({ world });
    await untilStatuses(pool, flowId, ['succeeded', 'succeeded']);
  });
});

describe('a test run', () => {
  it('runs the draft with a made-up event, and refuses a graph with errors', async () => {
    const world = new World();
    const flowId = await publishFlow(
      pool,
      workspace.id,
      chain([{ id: 'reply', type: 'test.reply', config: { text: 'hi' } }]),
    );
    const harness = await start({ world });
    const event = { kind: 'comment' as const, comment: { id: 'made-up', text: 'hello' } };
    await harness.executions.startTest({ workspaceId: workspace.id, flowId, event, dryRun: true });
    await harness.executions.startTest({ workspaceId: workspace.id, flowId, event, dryRun: false });
    await untilStatuses(pool, flowId, ['succeeded', 'succeeded']);
    expect(world.replies).toEqual([{ commentId: 'made-up', text: 'hi' }]);
    const broken = await publishFlow(pool, workspace.id, chain([{ id: 'odd', type: 'test.unknown' }]));
    await expect(
      harness.executions.startTest({ workspaceId: workspace.id, flowId: broken, dryRun: true }),
    ).rejects.toMatchObject({ status: 422, problems: [expect.objectContaining({ nodeId: 'odd' })] });
  });
});
