import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../database/id.ts';
import { dyingPool } from '../executions/testing/dying-pool.ts';
import type { Harness, Workspace } from '../executions/testing/harness.ts';
import {
  chain,
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  publishFlow,
  startProcess,
  untilStatuses,
} from '../executions/testing/harness.ts';
import { World } from '../executions/testing/test-nodes.ts';
import { createTestDatabase } from '../testing/database.ts';
import { MOST_CALLS_DEEP } from './flow-calls.ts';
import { callCatalogue, calledFlow, callerOf, ORDER } from './testing/called-flows.ts';

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

async function start(world = new World(), options: Parameters<typeof startProcess>[1] = {}, on = pool) {
  const harness = await startProcess(on, { world, catalogue: callCatalogue(world), ...options });
  running.push(harness);
  return harness;
}

const publish = (graph: Parameters<typeof publishFlow>[2], workspaceId = workspace.id) =>
  publishFlow(pool, workspaceId, graph);

async function comment(harness: Harness, flowId: string, id: string): Promise<void> {
  const delivery = commentDelivery(workspace, { id, from: 'ann' });
  expect((await deliver(harness, `/webhooks/instagram/${flowId}`, delivery)).status).toBe(200);
}

/** What the step `call` of the only execution of a flow came to. */
async function callOf(flowId: string) {
  const { rows } = await pool.query(
    `select s.status, s.output, s.error from execution_steps s join flow_executions e on e.id = s.execution_id
     where e.flow_id = $1 and s.node_id = 'call'`,
    [flowId],
  );
  return rows[0];
}

const answering = (answer: string, config: Record<string, unknown> = {}) =>
  calledFlow([{ id: 'answer', type: 'logic.answer', config: { answer } }], config);

describe('a flow that calls another', () => {
  it('gets its answer, for the same account and person and with nothing else of the event', async () => {
    const called = await publish(
      answering('Order {{ trigger.input.order }} for {{ trigger.from.username }}', ORDER),
    );
    const caller = await publish(callerOf(called, [{ name: 'order', value: '17' }]));
    await comment(await start(), caller, 'c1');
    const [parent] = await untilStatuses(pool, caller, ['succeeded']);
    const [child] = await untilStatuses(pool, called, ['succeeded']);
    expect((await callOf(caller)).output).toEqual({
      executionId: child?.id,
      status: 'succeeded',
      answer: 'Order 17 for mia',
    });
    const { rows } = await pool.query('select event, flow_version, mode from flow_executions where id = $1', [
      child?.id,
    ]);
    expect(rows).toEqual([
      {
        flow_version: 1,
        mode: 'live',
        event: {
          kind: 'call',
          at: expect.any(String),
          account: { id: workspace.accountExternalId, username: 'shop', rowId: workspace.accountId },
          from: { id: 'ann', username: 'mia' },
          input: { order: 17 },
          caller: { executionId: parent?.id, nodeId: 'call', flowIds: [caller] },
        },
      },
    ]);
  });

  it('gets nothing where no step answers, and of several answers the last', async () => {
    const silent = await publish(calledFlow([]));
    const twice = await publish(
      calledFlow([
        { id: 'first', type: 'logic.answer', config: { answer: '1' } },
        { id: 'second', type: 'logic.answer', config: { answer: '2' } },
      ]),
    );
    const harness = await start();
    for (const [called, answer] of [
      [silent, null],
      [twice, '2'],
    ] as const) {
      const caller = await publish(callerOf(called));
      await comment(harness, caller, 'c1');
      await untilStatuses(pool, caller, ['succeeded']);
      expect((await callOf(caller)).output.answer).toBe(answer);
    }
  });

  it('runs it within its own slot, so that callers do not wait for each other', async () => {
    const inner = await publish(answering('done'));
    const outer = await publish(
      calledFlow([
        { id: 'inner', type: 'logic.call_flow', config: { flow: inner } },
        { id: 'answer', type: 'logic.answer', config: { answer: '{{ steps.inner.output.answer }}' } },
      ]),
    );
    const caller = await publish(callerOf(outer));
    const harness = await start(new World(), { concurrency: 1 });
    const ids = ['c1', 'c2', 'c3'];
    for (const id of ids) await comment(harness, caller, id);
    await untilStatuses(
      pool,
      caller,
      ids.map(() => 'succeeded'),
    );
    expect((await callOf(caller)).output.answer).toBe('done');
    expect(await executionsOf(pool, inner)).toHaveLength(3);
  });

  it('goes on while the called run waits, which goes on by itself', async () => {
    const world = new World();
    const called = await publish(
      calledFlow([
        { id: 'answer', type: 'logic.answer', config: { answer: 'It will be looked at.' } },
        { id: 'ask', type: 'test.approval', config: { text: 'May I?' }, port: 'approved' },
        { id: 'reply', type: 'test.reply', config: { text: 'done' } },
      ]),
    );
    const caller = await publish(callerOf(called));
    const harness = await start(world);
    await comment(harness, caller, 'c1');
    await untilStatuses(pool, caller, ['succeeded']);
    const [child] = await untilStatuses(pool, called, ['waiting']);
    expect((await callOf(caller)).output).toEqual({
      executionId: child?.id,
      status: 'waiting',
      answer: 'It will be looked at.',
    });
    const { rows } = await pool.query('select id from approvals where execution_id = $1', [child?.id]);
    await harness.executions.decideApproval({
      workspaceId: workspace.id,
      approvalId: rows[0].id,
      decision: 'approved',
      by: 'Ann',
    });
    await untilStatuses(pool, called, ['succeeded']);
    expect(world.replies).toHaveLength(1);
  });

  it('leaves its call with a paused flow until that is resumed', async () => {
    const called = await publish(answering('late'));
    await pool.query('update flows set paused_at = now() where id = $1', [called]);
    const caller = await publish(callerOf(called));
    const harness = await start();
    await comment(harness, caller, 'c1');
    await untilStatuses(pool, caller, ['succeeded']);
    expect((await callOf(caller)).output).toMatchObject({ status: 'waiting', answer: null });
    await pool.query('update flows set paused_at = null where id = $1', [called]);
    harness.executions.flowResumed(called);
    await untilStatuses(pool, called, ['succeeded']);
  });

  it('fails when the called run fails, and gets its answer once both were retried', async () => {
    const world = new World();
    const called = await publish(
      calledFlow([
        { id: 'fail', type: 'test.fail' },
        { id: 'answer', type: 'logic.answer', config: { answer: 'now' } },
      ]),
    );
    const caller = await publish(callerOf(called));
    const harness = await start(world);
    await comment(harness, caller, 'c1');
    const [parent] = await untilStatuses(pool, caller, ['failed']);
    const [child] = await untilStatuses(pool, called, ['failed']);
    expect((await callOf(caller)).error).toMatchObject({
      code: 'called_flow_failed',
      message: expect.stringContaining('It does not work.'),
      details: { executionId: child?.id },
    });
    world.replies.push({ commentId: '', text: 'It works now.' });
    await harness.executions.retry(workspace.id, child!.id);
    await untilStatuses(pool, called, ['succeeded']);
    await harness.executions.retry(workspace.id, parent!.id);
    await untilStatuses(pool, caller, ['succeeded']);
    expect((await callOf(caller)).output).toMatchObject({ executionId: child?.id, answer: 'now' });
  });

  it('is let go with the process, and both go on in the next', async () => {
    const world = new World();
    const called = await publish(
      calledFlow([
        { id: 'gate', type: 'test.gate', config: { text: 'gate' } },
        { id: 'answer', type: 'logic.answer', config: { answer: 'after' } },
      ]),
    );
    const caller = await publish(callerOf(called));
    const first = await start(world);
    await comment(first, caller, 'c1');
    await world.arrived('gate');
    await first.close();
    await start(world);
    world.open('gate');
    await untilStatuses(pool, caller, ['succeeded']);
    expect((await callOf(caller)).output.answer).toBe('after');
    expect(await executionsOf(pool, called)).toHaveLength(1);
  });
});

describe('is refused, and starts nothing', () => {
  const refusedWith = async (code: string, caller: string, called?: string) => {
    await comment(await start(), caller, 'c1');
    await untilStatuses(pool, caller, ['failed']);
    const { error } = await callOf(caller);
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(40);
    if (called) expect(await executionsOf(pool, called)).toEqual([]);
  };

  it("another workspace's flow", async () => {
    const other = await createWorkspace(pool);
    const called = await publish(answering('secret'), other.id);
    await refusedWith('flow_not_found', await publish(callerOf(called)), called);
  });

  it.each(['no id', newId()])('what is no flow: %s', async (id) => {
    await refusedWith('flow_not_found', await publish(callerOf(id)));
  });

  it('a flow that is not published, or no more', async () => {
    const called = await publish(answering('x'));
    await pool.query(`update flows set status = 'draft' where id = $1`, [called]);
    await refusedWith('flow_not_published', await publish(callerOf(called)), called);
  });

  it('a deleted flow', async () => {
    const called = await publish(answering('x'));
    await pool.query('update flows set deleted_at = now() where id = $1', [called]);
    await refusedWith('flow_not_found', await publish(callerOf(called)), called);
  });

  it('a flow without the trigger, or with it disabled', async () => {
    const called = await publish(chain([]));
    await refusedWith('flow_not_callable', await publish(callerOf(called)), called);
    const graph = answering('x');
    const disabled = await publish({
      ...graph,
      nodes: graph.nodes?.map((node) => ({ ...node, disabled: true })) ?? [],
    });
    await refusedWith('flow_not_callable', await publish(callerOf(disabled)), disabled);
  });

  it.each([
    ['nothing', []],
    ['the wrong type', [{ name: 'order', value: 'many' }]],
    [
      'what it does not ask for',
      [
        { name: 'order', value: '1' },
        { name: 'account', value: 'x' },
      ],
    ],
    ['too much', [{ name: 'order', value: '9'.repeat(5_000) }]],
  ])('a call that hands over %s', async (_what, inputs) => {
    const called = await publish(answering('x', ORDER));
    await refusedWith('call_input_invalid', await publish(callerOf(called, inputs)), called);
  });

  it.each(['directly', 'over another'])('a flow that calls itself %s', async (how) => {
    const placeholder = newId();
    const calling = (flow: string) => calledFlow([{ id: 'call', type: 'logic.call_flow', config: { flow } }]);
    const first = await publish(calling(placeholder));
    const last = how === 'directly' ? first : await publish(calling(first));
    await pool.query(
      'update flow_versions set graph = replace(graph::text, $2, $3)::jsonb where flow_id = $1',
      [first, placeholder, last],
    );
    const caller = await publish(callerOf(first));
    await comment(await start(), caller, 'c1');
    await untilStatuses(pool, caller, ['failed']);
    const [innermost] = await executionsOf(pool, last);
    expect(innermost?.error?.code).toBe('call_cycle');
    expect(await executionsOf(pool, first)).toHaveLength(1);
  });

  it(`a call more than ${MOST_CALLS_DEEP} deep`, async () => {
    let deepest = await publish(answering('the bottom'));
    const flows = [deepest];
    for (let depth = 0; depth < MOST_CALLS_DEEP; depth++) {
      deepest = await publish(
        calledFlow([
          { id: 'call', type: 'logic.call_flow', config: { flow: deepest } },
          { id: 'answer', type: 'logic.answer', config: { answer: '{{ steps.call.output.answer }}' } },
        ]),
      );
      flows.push(deepest);
    }
    const harness = await start();
    const allowed = await publish(callerOf(flows.at(-2)!));
    await comment(harness, allowed, 'c1');
    await untilStatuses(pool, allowed, ['succeeded']);
    expect((await callOf(allowed)).output.answer).toBe('the bottom');
    const tooDeep = await publish(callerOf(deepest));
    await comment(harness, tooDeep, 'c2');
    await untilStatuses(pool, tooDeep, ['failed']);
    const [, failed] = await executionsOf(pool, flows[1]!);
    expect(failed?.error?.code).toBe('call_too_deep');
    expect(await executionsOf(pool, flows[0]!)).toHaveLength(1);
  });
});

it('no webhook starts a flow that is only called', async () => {
  const called = await publish(answering('x'));
  const harness = await start();
  await comment(harness, called, 'c1');
  await deliver(harness, `/webhooks/flow/${called}`, { data: 1 });
  const other = await publish(chain([]));
  await comment(harness, other, 'c2');
  await untilStatuses(pool, other, ['succeeded']);
  expect(await executionsOf(pool, called)).toEqual([]);
});

describe('a process that is killed in the middle of a call', () => {
  const isStore = (request: unknown) =>
    typeof request === 'string' && request.startsWith('insert into flow_executions');
  const isClaim = (request: unknown) =>
    typeof request === 'object' &&
    request !== null &&
    'name' in request &&
    request.name === 'claim-executions';
  const moments = [
    ...Array.from({ length: 6 }, (_, index) => ({
      at: 'journal write',
      nth: index + 1,
      isCounted: undefined,
    })),
    { at: 'storing of the called run', nth: 1, isCounted: isStore },
    { at: 'claim of the called run', nth: 1, isCounted: isClaim },
  ].flatMap((moment) => [
    { ...moment, when: 'before' as const },
    { ...moment, when: 'after' as const },
  ]);

  it.each(moments)('$when $at $nth: what it does is done once', async ({ nth, when, isCounted }) => {
    const world = new World();
    const called = await publish(
      calledFlow([
        { id: 'reply', type: 'test.reply', config: { text: 'called' } },
        { id: 'answer', type: 'logic.answer', config: { answer: 'once' } },
      ]),
    );
    const caller = await publish(
      chain([
        { id: 'call', type: 'logic.call_flow', config: { flow: called } },
        { id: 'gate', type: 'test.gate', config: { text: 'gate' } },
      ]),
    );
    const dying = dyingPool(pool, nth, when, isCounted);
    const first = await start(world, {}, dying.pool);
    await comment(first, caller, 'c1');
    world.open('gate');
    const hasDied = await Promise.race([
      dying.died.then(() => true),
      untilStatuses(pool, caller, ['succeeded']).then(() => false),
    ]);
    await first.close().catch(() => {});
    await start(world);
    await untilStatuses(pool, caller, ['succeeded']);
    await untilStatuses(pool, called, ['succeeded']);
    expect(hasDied).toBe(true);
    expect(world.replies).toEqual([{ commentId: '', text: 'called' }]);
    expect((await callOf(caller)).output.answer).toBe('once');
  });

  it('in another process: both are taken over', async () => {
    const world = new World();
    const called = await publish(
      calledFlow([
        { id: 'gate', type: 'test.gate', config: { text: 'gate' } },
        { id: 'reply', type: 'test.reply', config: { text: 'called' } },
      ]),
    );
    const caller = await publish(callerOf(called));
    const dying = dyingPool(pool, Number.POSITIVE_INFINITY, 'before');
    const worker = await start(world, { shape: 'server' }, dying.pool);
    await comment(worker, caller, 'c1');
    await world.arrived('gate');
    dying.kill();
    await pool.query(
      'delete from processes where id in (select lease_owner from flow_executions where flow_id = $1)',
      [caller],
    );
    await start(world, { shape: 'server', concurrency: 1 });
    world.open('gate');
    await untilStatuses(pool, caller, ['succeeded']);
    await vi.waitFor(async () => expect(await untilStatuses(pool, called, ['succeeded'])).toHaveLength(1));
    expect(world.replies).toEqual([{ commentId: '', text: 'called' }]);
  });
});
