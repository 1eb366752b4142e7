import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
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
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createTickets } from './tickets.ts';
import { attachWebSockets } from './web-sockets.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let harness: Harness;
let workspace: Workspace;
let address: string;
let stop: () => Promise<void>;
const open: WebSocket[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  workspace = await createWorkspace(pool);
  harness = await startProcess(pool);
  const server = createServer();
  const sockets = attachWebSockets({
    server,
    authenticate: async (request) =>
      request.headers.cookie === 'session=good'
        ? { workspaceId: workspace.id, role: 'viewer', userId: 'u', name: 'Ann' }
        : null,
    tickets: createTickets(pool),
    live: harness.live,
    pool,
    log: createLog('silent'),
    allowedOrigins: () => ['https://flows.example.com'],
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  stop = async () => {
    await sockets.close();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});
afterAll(async () => {
  await stop();
  await harness.close();
  await database.close();
});

/** A client of the workspace; keeps what it is told. */
async function connect(url = address, headers: Record<string, string> = { Cookie: 'session=good' }) {
  const socket = new WebSocket(url, { headers });
  open.push(socket);
  const received: ServerMessage[] = [];
  socket.on('message', (data) => received.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  return {
    received,
    events: () => received.filter((message): message is LiveEvent => 'seq' in message),
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    until: (condition: (messages: ServerMessage[]) => boolean) =>
      vi.waitFor(() => expect(condition(received)).toBe(true), { timeout: 10_000, interval: 10 }),
  };
}

async function refusal(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

const isEnd = (message: ServerMessage) => message.type === 'execution.finished';

const twoSteps = () =>
  chain([
    { id: 'gate', type: 'test.gate', config: { text: '{{ trigger.comment.id }}' } },
    { id: 'reply', type: 'test.reply', config: { text: 'ok' } },
  ]);

async function runningExecution(commentId: string): Promise<{ flowId: string; executionId: string }> {
  const flowId = await publishFlow(pool, workspace.id, twoSteps());
  await deliver(harness, `/webhooks/instagram/${flowId}`, commentDelivery(workspace, { id: commentId }));
  await harness.world.arrived(commentId);
  const [execution] = await untilStatuses(pool, flowId, ['running']);
  return { flowId, executionId: execution!.id };
}

describe('a client that watches', () => {
  it('a flow is told of each step as it happens, with growing numbers', async () => {
    const flowId = await publishFlow(pool, workspace.id, twoSteps());
    const client = await connect();
    client.send({ type: 'subscribe', topic: `flow:${flowId}` });
    await client.until((messages) => messages.some(({ type }) => type === 'subscribed'));
    await deliver(harness, `/webhooks/instagram/${flowId}`, commentDelivery(workspace, { id: 'w1' }));
    harness.world.open('w1');
    await client.until((messages) => messages.some(isEnd));
    const told = client.events().map(({ type, nodeId }) => (nodeId ? `${type} ${nodeId}` : type));
    expect(told).toEqual([
      'execution.queued',
      'execution.started',
      'step.finished start',
      'step.started gate',
      'step.finished gate',
      'step.started reply',
      'step.finished reply',
      'execution.finished',
    ]);
    const numbers = client.events().map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(client.events().at(-1)?.data).toMatchObject({ status: 'succeeded', title: '@mia: hello' });
  });

  it('an execution and comes back gets what it missed, and nothing twice', async () => {
    const { executionId } = await runningExecution('w2');
    const topic = `execution:${executionId}`;
    const first = await connect();
    first.send({ type: 'subscribe', topic, since: 0 });
    await first.until((messages) => messages.some(({ type }) => type === 'execution.started'));
    const seen = Math.max(...first.events().map(({ seq }) => seq));
    for (const socket of open.splice(0)) socket.terminate();
    harness.world.open('w2');
    await vi.waitFor(async () => {
      const { rows } = await pool.query('select status from flow_executions where id = $1', [executionId]);
      expect(rows[0].status).toBe('succeeded');
    });
    const second = await connect();
    second.send({ type: 'subscribe', topic, since: seen });
    await second.until((messages) => messages.some(isEnd));
    const told = second.events().map(({ type, nodeId }) => (nodeId ? `${type} ${nodeId}` : type));
    expect(told).toEqual([
      'step.finished start',
      'step.finished gate',
      'step.finished reply',
      'execution.finished',
    ]);
    expect(second.events().every(({ seq }) => seq > seen)).toBe(true);
  });

  it('what belongs to another workspace is refused', async () => {
    const other = await createWorkspace(pool);
    const foreign = await publishFlow(pool, other.id, chain([]));
    await deliver(harness, `/webhooks/instagram/${foreign}`, commentDelivery(other, { id: 'w3' }));
    const [execution] = await untilStatuses(pool, foreign, ['succeeded']);
    const client = await connect();
    client.send({ type: 'subscribe', topic: `flow:${foreign}` });
    client.send({ type: 'subscribe', topic: `execution:${execution!.id}`, since: 0 });
    await client.until((messages) => messages.length === 2);
    expect(client.received.map(({ type }) => type)).toEqual(['error', 'error']);
  });

  it('talks nonsense is told so', async () => {
    const client = await connect();
    client.send({ type: 'subscribe', topic: 'everything' });
    client.send('hello');
    client.send({ type: 'ping' });
    await client.until((messages) => messages.length === 3);
    expect(client.received.map(({ type }) => type)).toEqual(['error', 'error', 'pong']);
  });
});

describe('opening', () => {
  it('needs a session or a ticket, which is good for one socket', async () => {
    expect(await refusal(address, {})).toBe(401);
    const ticket = await createTickets(pool).issue({
      workspaceId: workspace.id,
      role: 'viewer',
      name: 'Key',
      apiKeyId: 'k',
    });
    await connect(`${address}?ticket=${ticket}`, {});
    expect(await refusal(`${address}?ticket=${ticket}`, {})).toBe(401);
  });

  it('is refused to pages of other origins', async () => {
    const cookie = { Cookie: 'session=good' };
    expect(await refusal(address, { ...cookie, Origin: 'https://evil.example.com' })).toBe(403);
    await connect(address, { ...cookie, Origin: 'https://flows.example.com' });
    await connect(address, { ...cookie, Origin: `http://${new URL(address).host}` });
  });
});
