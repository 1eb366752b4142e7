import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LiveEvent, ServerMessage } from '../contract/live.ts';
import type { Harness, Workspace } from '../executions/testing/harness.ts';
import {
  chain,
  commentDelivery,
  createWorkspace,
  deliver,
  publishFlow,
  startProcess,
  untilStatuses,
} from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createLive } from './live.ts';
import { createSubscriptions } from './subscriptions.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let harness: Harness;
let workspace: Workspace;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  workspace = await createWorkspace(pool);
  harness = await startProcess(pool);
});
afterAll(async () => {
  await harness.close();
  await database.close();
});

/** A client whose process hears nothing of what the others do. */
function deafClient() {
  const live = createLive();
  const received: ServerMessage[] = [];
  let buffered = 0;
  const fail = vi.fn();
  const subscriptions = createSubscriptions({ live, pool }, workspace.id, {
    send: (message) => received.push(JSON.parse(message.toString())),
    bufferedBytes: () => buffered,
    fail,
  });
  return {
    live,
    subscriptions,
    received,
    events: () => received.filter((message): message is LiveEvent => 'seq' in message),
    setBuffered: (bytes: number) => {
      buffered = bytes;
    },
    until: (type: ServerMessage['type']) =>
      vi.waitFor(() => expect(received.map((message) => message.type)).toContain(type), { timeout: 10_000 }),
  };
}

const gated = () =>
  chain([
    { id: 'gate', type: 'test.gate', config: { text: '{{ trigger.comment.id }}' } },
    { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
  ]);

async function runUpToTheGate(commentId: string) {
  const flowId = await publishFlow(pool, workspace.id, gated());
  await deliver(harness, `/webhooks/instagram/${flowId}`, commentDelivery(workspace, { id: commentId }));
  await harness.world.arrived(commentId);
  const [execution] = await untilStatuses(pool, flowId, ['running']);
  return { flowId, executionId: execution?.id ?? '' };
}

const finishedSteps = (events: LiveEvent[]) =>
  events.filter(({ type }) => type === 'step.finished').map(({ nodeId }) => nodeId);

describe('after a gap', () => {
  it('an execution that is watched since an event goes on from the journal, without a word to the client', async () => {
    const { flowId, executionId } = await runUpToTheGate('s1');
    const client = deafClient();
    await client.subscriptions.subscribe(`execution:${executionId}`, 0);
    const known = client.events().length;
    harness.world.open('s1');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(client.events()).toHaveLength(known);
    client.live.gap(workspace.id);
    await client.until('execution.finished');
    expect(finishedSteps(client.events())).toEqual(['start', 'gate', 'reply']);
    expect(client.received.filter(({ type }) => type === 'resync')).toEqual([]);
    client.subscriptions.close();
  });

  it('other topics are to be loaded anew, those of other workspaces are not', async () => {
    const { flowId } = await runUpToTheGate('s2');
    const client = deafClient();
    await client.subscriptions.subscribe(`flow:${flowId}`, undefined);
    await client.subscriptions.subscribe('workspace', undefined);
    const other = await createWorkspace(pool);
    client.live.gap(other.id);
    client.live.gap(workspace.id);
    await client.until('resync');
    expect(client.received.filter(({ type }) => type === 'resync')).toEqual([
      { type: 'resync', topic: `flow:${flowId}` },
      { type: 'resync', topic: 'workspace' },
    ]);
    client.subscriptions.close();
    harness.world.open('s2');
  });
});

describe('a client that does not read', () => {
  it('is sent nothing more, and the execution that it watches from the journal once it reads on', async () => {
    const { flowId, executionId } = await runUpToTheGate('s3');
    const client = deafClient();
    const topic = `execution:${executionId}`;
    await client.subscriptions.subscribe(topic, 0);
    const known = client.events().length;
    client.setBuffered(2_000_000);
    const event = { type: 'step.log' as const, seq: 1_000_000, at: '', executionId, data: {} };
    for (let count = 0; count < 10; count += 1) client.live.deliver(workspace.id, [event]);
    harness.world.open('s3');
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(client.events()).toHaveLength(known);
    client.setBuffered(0);
    await client.until('execution.finished');
    expect(finishedSteps(client.events())).toEqual(['start', 'gate', 'reply']);
    client.subscriptions.close();
  });
});
