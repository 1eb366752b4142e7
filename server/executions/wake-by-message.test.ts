import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GraphInput } from '../../engine/graph.ts';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { createTestDatabase } from '../testing/database.ts';
import { dyingPool } from './testing/dying-pool.ts';
import type { Harness, Workspace } from './testing/harness.ts';
import {
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  messageDelivery,
  messagingDelivery,
  publishFlow,
  startProcess,
  untilStatuses,
} from './testing/harness.ts';

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

async function start(on = pool, options: Parameters<typeof startProcess>[1] = {}): Promise<Harness> {
  const harness = await startProcess(on, { catalogue: createBuiltinCatalogue(), ...options });
  running.push(harness);
  return harness;
}

type Step = { id: string; type: string; config?: Record<string, unknown>; port?: string };

/** A chain behind a trigger. */
function flow(trigger: Step, ...steps: Step[]): GraphInput {
  const nodes = [trigger, ...steps];
  return {
    nodes: nodes.map(({ id, type, config = {} }) => ({ id, type, name: id, config })),
    edges: steps.map((step, index) => ({
      id: `to-${step.id}`,
      source: nodes[index]!.id,
      sourceHandle: nodes[index]!.port ?? 'out',
      target: step.id,
    })),
  };
}

const onComment = (keyword = ''): Step => ({
  id: 'start',
  type: 'trigger.comment',
  config: keyword ? { keywords: [keyword] } : {},
});
const onMessage: Step = { id: 'start', type: 'trigger.message' };
const wait = (config: Record<string, unknown> = {}): Step => ({
  id: 'wait',
  type: 'logic.wait_for_reply',
  config,
  port: 'reply',
});
const remember: Step = { id: 'remember', type: 'logic.set' };

async function comment(harness: Harness, id: string, from: string, text = 'hello'): Promise<void> {
  const response = await deliver(
    harness,
    '/webhooks/instagram',
    commentDelivery(workspace, { id, from, text }),
  );
  expect(response.status).toBe(200);
}

type Message = Parameters<typeof messageDelivery>[1];

async function write(harness: Harness, message: Message, path = '/webhooks/instagram'): Promise<void> {
  const response = await deliver(harness, path, messageDelivery(workspace, message));
  expect(response.status).toBe(200);
}

async function outputsOf(executionId: string): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<{ node_id: string; ports: string[] | null; output: unknown }>(
    'select node_id, ports, output from execution_steps where execution_id = $1',
    [executionId],
  );
  return Object.fromEntries(rows.map(({ node_id, output }) => [node_id, output]));
}

async function portsOf(executionId: string, nodeId: string): Promise<string[] | null | undefined> {
  const { rows } = await pool.query<{ ports: string[] | null }>(
    'select ports from execution_steps where execution_id = $1 and node_id = $2',
    [executionId, nodeId],
  );
  return rows[0]?.ports;
}

const eventsOf = async () =>
  (
    await pool.query<{ status: string; reason: string | null }>(
      `select status, reason from webhook_events where workspace_id = $1 and kind = 'message' order by received_at`,
      [workspace.id],
    )
  ).rows;

describe('an execution that waits for a reply', () => {
  it('goes on with the next message of that person', async () => {
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    const [waiting] = await untilStatuses(pool, flowId, ['waiting']);
    await write(harness, { id: 'm0', text: 'somebody else', from: 'bob' });
    const at = new Date(Date.now() + 1_000);
    await write(harness, { id: 'm1', text: 'Yes', from: 'ann', quickReply: 'YES', at });
    await untilStatuses(pool, flowId, ['succeeded']);
    expect((await outputsOf(waiting!.id)).wait).toEqual({
      text: 'Yes',
      attachments: [],
      quickReply: 'YES',
      messageId: 'm1',
      at: at.toISOString(),
    });
    expect((await eventsOf()).at(-1)).toEqual({ status: 'accepted', reason: null });
  });

  it('is woken once by a message that is delivered again, by the other URL too', async () => {
    const flowId = await publishFlow(
      pool,
      workspace.id,
      flow(onComment(), wait(), { ...wait(), id: 'second' }, remember),
    );
    const other = await publishFlow(pool, workspace.id, flow(onMessage, remember));
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    await untilStatuses(pool, flowId, ['waiting']);
    const reply = { id: 'm1', text: 'Yes', from: 'ann' };
    for (const path of ['', '', `/${other}`]) await write(harness, reply, `/webhooks/instagram${path}`);
    const [execution] = await vi.waitFor(async () => {
      const executions = await untilStatuses(pool, flowId, ['waiting']);
      expect(await portsOf(executions[0]!.id, 'wait')).toEqual(['reply']);
      return executions;
    });
    await write(harness, reply);
    await write(harness, { id: 'm2', text: 'and blue', from: 'ann' });
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({
      wait: { text: 'Yes' },
      second: { text: 'and blue' },
    });
    expect(await executionsOf(pool, other)).toEqual([]);
  });

  it('goes on through "timeout" when nobody answers, and takes no message after that', async () => {
    const graph = flow(onComment(), { ...wait({ timeoutHours: 0.0001 }), port: 'timeout' }, remember);
    const flowId = await publishFlow(pool, workspace.id, graph);
    const messages = await publishFlow(pool, workspace.id, flow(onMessage, remember));
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    const [execution] = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await portsOf(execution!.id, 'wait')).toEqual(['timeout']);
    await write(harness, { id: 'm1', text: 'Too late', from: 'ann' });
    await untilStatuses(pool, messages, ['succeeded']);
  });

  it('does not hold up the next execution of the person in its flow', async () => {
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    await untilStatuses(pool, flowId, ['waiting']);
    await comment(harness, 'c2', 'ann');
    await untilStatuses(pool, flowId, ['waiting', 'waiting']);
  });
});

describe('a message that is a reply', () => {
  it('starts no flow, neither the one that waits nor others', async () => {
    const own = await publishFlow(pool, workspace.id, flow(onMessage, wait(), remember));
    const harness = await start();
    await write(harness, { id: 'm1', text: 'Hello', from: 'ann' });
    await untilStatuses(pool, own, ['waiting']);
    const other = await publishFlow(pool, workspace.id, flow(onMessage, remember));
    harness.executions.flowChanged(other);
    await write(harness, { id: 'm2', text: 'Yes', from: 'ann' });
    await untilStatuses(pool, own, ['succeeded']);
    await write(harness, { id: 'm3', text: 'Something new', from: 'ann' });
    await untilStatuses(pool, other, ['succeeded']);
    await untilStatuses(pool, own, ['succeeded', 'waiting']);
  });

  it('starts other flows where the wait says so, never its own again', async () => {
    const own = await publishFlow(
      pool,
      workspace.id,
      flow(onMessage, wait({ alsoStartsFlows: true }), remember),
    );
    const harness = await start();
    await write(harness, { id: 'm1', text: 'Hello', from: 'ann' });
    await untilStatuses(pool, own, ['waiting']);
    const other = await publishFlow(pool, workspace.id, flow(onMessage, remember));
    harness.executions.flowChanged(other);
    await write(harness, { id: 'm2', text: 'Yes', from: 'ann' });
    await untilStatuses(pool, own, ['succeeded']);
    await untilStatuses(pool, other, ['succeeded']);
  });

  it('wakes the newest wait; the message after it wakes the one before', async () => {
    const first = await publishFlow(pool, workspace.id, flow(onComment('red'), wait(), remember));
    const second = await publishFlow(pool, workspace.id, flow(onComment('blue'), wait(), remember));
    const third = await publishFlow(pool, workspace.id, flow(onComment('green'), wait(), remember));
    const harness = await start();
    for (const [flowId, text] of [
      [first, 'red'],
      [second, 'blue'],
      [third, 'green'],
    ] as const) {
      await comment(harness, `c-${text}`, 'ann', text);
      await untilStatuses(pool, flowId, ['waiting']);
    }
    const [cancelled] = await executionsOf(pool, second);
    await harness.executions.cancel(workspace.id, cancelled!.id);
    await write(harness, { id: 'm1', text: 'one', from: 'ann' });
    await untilStatuses(pool, third, ['succeeded']);
    await untilStatuses(pool, first, ['waiting']);
    await write(harness, { id: 'm2', text: 'two', from: 'ann' });
    const [execution] = await untilStatuses(pool, first, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { text: 'two' } });
  });

  it('finds the wait behind one whose time is over', async () => {
    const patient = await publishFlow(pool, workspace.id, flow(onComment('red'), wait(), remember));
    const hasty = await publishFlow(
      pool,
      workspace.id,
      flow(onComment('blue'), { ...wait({ timeoutHours: 0.0001 }), port: 'timeout' }, remember),
    );
    const harness = await start();
    await comment(harness, 'c1', 'ann', 'red');
    await untilStatuses(pool, patient, ['waiting']);
    await comment(harness, 'c2', 'ann', 'blue');
    await untilStatuses(pool, hasty, ['succeeded']);
    await write(harness, { id: 'm1', text: 'Yes', from: 'ann' });
    await untilStatuses(pool, patient, ['succeeded']);
  });

  it.each([
    ['a reaction', { reaction: { mid: 'm', action: 'react', reaction: 'love' } }],
    ['an echo of our own message', { message: { mid: 'echo', text: 'Yes?', is_echo: true } }],
    [
      'a story mention',
      {
        message: {
          mid: 's',
          attachments: [{ type: 'story_mention', payload: { url: 'https://x.example' } }],
        },
      },
    ],
  ])('is not %s', async (_name, what) => {
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    await untilStatuses(pool, flowId, ['waiting']);
    await deliver(harness, '/webhooks/instagram', messagingDelivery(workspace, 'ann', new Date(), what));
    await write(harness, { id: 'm1', text: 'Yes', from: 'ann' });
    const [execution] = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { messageId: 'm1' } });
  });

  it('is a tapped button, where that starts no flow of its own', async () => {
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    const menu = await publishFlow(
      pool,
      workspace.id,
      flow({ id: 'start', type: 'trigger.postback', config: { keywords: ['MENU'] } }, remember),
    );
    const harness = await start();
    const tap = (title: string) =>
      deliver(
        harness,
        '/webhooks/instagram',
        messagingDelivery(workspace, 'ann', new Date(), { postback: { mid: title, title, payload: title } }),
      );
    await comment(harness, 'c1', 'ann');
    await untilStatuses(pool, flowId, ['waiting']);
    await tap('MENU');
    await untilStatuses(pool, menu, ['succeeded']);
    await untilStatuses(pool, flowId, ['waiting']);
    await tap('YES');
    const [execution] = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { quickReply: 'YES' } });
  });
});

describe('a reply that is quicker than the journal', () => {
  it('wakes the wait that begins after it, where it came after what the flow did last', async () => {
    const flowId = await publishFlow(
      pool,
      workspace.id,
      flow(
        onComment(),
        { id: 'pause', type: 'logic.delay', config: { amount: 300, unit: 'seconds' } },
        wait(),
        remember,
      ),
    );
    const harness = await start();
    await comment(harness, 'c1', 'ann');
    const [execution] = await untilStatuses(pool, flowId, ['waiting']);
    await write(harness, { id: 'm1', text: 'Before', from: 'ann', at: new Date(Date.now() - 60_000) });
    await write(harness, { id: 'm2', text: 'Yes', from: 'ann', at: new Date(Date.now() + 60_000) });
    await pool.query(`update flow_executions set resume_at = now() where id = $1`, [execution!.id]);
    await pool.query(
      `update execution_steps set wait = jsonb_set(wait, '{until}', '"2020-01-01T00:00:00Z"') where execution_id = $1 and node_id = 'pause'`,
      [execution!.id],
    );
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { text: 'Yes' } });
  });

  it('wakes a wait that began while it was being stored', async () => {
    const flowId = await publishFlow(pool, workspace.id, flow(onMessage, wait(), remember));
    const harness = await start();
    await write(harness, { id: 'm1', text: 'Hello', from: 'ann' });
    const [execution] = await untilStatuses(pool, flowId, ['waiting']);
    const setWaiting = 'update conversations set waiting_execution_id = $2 where account_id = $1';
    await pool.query(setWaiting, [workspace.accountId, null]);
    await whileLocked(
      (client) => client.query(setWaiting, [workspace.accountId, execution!.id]),
      'with people as',
      () => write(harness, { id: 'm2', text: 'Yes', from: 'ann' }),
    );
    const executions = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(executions[0]!.id)).toMatchObject({ wait: { text: 'Yes' } });
  });

  it('is seen by a wait that begins while it is being stored', async () => {
    const harness = await start();
    await write(harness, { id: 'm1', text: 'Hello', from: 'ann' });
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    harness.executions.flowChanged(flowId);
    const at = new Date(Date.now() + 60_000);
    await whileLocked(
      async (client) => {
        await client.query('update conversations set last_incoming_at = $2 where account_id = $1', [
          workspace.accountId,
          at,
        ]);
        await client.query(
          `insert into messages (id, workspace_id, conversation_id, external_id, direction, text, at)
           select gen_random_uuid(), workspace_id, id, 'm2', 'in', 'Yes', $2 from conversations where account_id = $1`,
          [workspace.accountId, at],
        );
      },
      'with named as',
      () => comment(harness, 'c1', 'ann'),
    );
    const [execution] = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { messageId: 'm2', text: 'Yes' } });
  });
});

/** Does something in a transaction that is only committed once `action` waits for it, in a statement that begins so. */
async function whileLocked(
  change: (client: pg.PoolClient) => Promise<unknown>,
  statement: string,
  action: () => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let done: Promise<void> | undefined;
  try {
    await client.query('begin');
    await change(client);
    done = action();
    await vi.waitFor(
      async () => {
        const { rows } = await pool.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and position($1 in query) > 0
             and datname = current_database() and pid <> pg_backend_pid()`,
          [statement],
        );
        expect(rows).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
  } finally {
    await client.query('commit');
    client.release();
    await done;
  }
}

describe('a process that is killed', () => {
  const moments = [1, 2, 3, 4].flatMap((nth) => [
    { nth, moment: 'before' as const },
    { nth, moment: 'after' as const },
  ]);

  it.each(moments)('$moment journal write $nth: the reply reaches the wait', async ({ nth, moment }) => {
    const flowId = await publishFlow(pool, workspace.id, flow(onComment(), wait(), remember));
    const dying = dyingPool(pool, nth, moment);
    const first = await start(dying.pool);
    await comment(first, 'c1', 'ann');
    const waits = vi.waitFor(
      async () => expect((await executionsOf(pool, flowId))[0]?.status).toBe('waiting'),
      { timeout: 20_000 },
    );
    await Promise.race([dying.died, waits]);
    const at = new Date(Date.now() + 60_000);
    if (nth > 1) await write(first, { id: 'm1', text: 'Yes', from: 'ann', at }).catch(() => {});
    await first.close().catch(() => {});
    const second = await start();
    await write(second, { id: 'm1', text: 'Yes', from: 'ann', at });
    const [execution] = await untilStatuses(pool, flowId, ['succeeded']);
    expect(await outputsOf(execution!.id)).toMatchObject({ wait: { messageId: 'm1' } });
  });
});
