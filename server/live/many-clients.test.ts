import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LiveEvent, ServerMessage } from '../contract/live.ts';
import { chain, createWorkspace, publishFlow } from '../executions/testing/harness.ts';
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createLive } from './live.ts';
import { MAX_BUFFERED_BYTES } from './subscriptions.ts';
import { createTickets } from './tickets.ts';
import type { WebSocketDeps } from './web-sockets.ts';
import { attachWebSockets } from './web-sockets.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
const cleanUps: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});
afterAll(() => database.close());

/** A server of live events alone. The cookie says who comes: `workspace/person`. */
async function startServer(options: Partial<WebSocketDeps> = {}) {
  const live = createLive();
  const server = createServer();
  /** The server's ends of all connections, by the port of the client. */
  const ends = new Map<number | undefined, Socket>();
  server.on('connection', (socket) => ends.set(socket.remotePort, socket));
  const sockets = attachWebSockets({
    server,
    authenticate: async ({ headers }) => {
      const [workspaceId, userId] = headers.cookie?.split('/') ?? [];
      return workspaceId && userId ? { workspaceId, userId, role: 'viewer', name: userId } : null;
    },
    tickets: createTickets(pool),
    live,
    pool,
    log: createLog('silent'),
    allowedOrigins: () => [],
    ...options,
  });
  await once(server.listen(0, '127.0.0.1', 2_000), 'listening');
  const { port } = server.address() as AddressInfo;
  cleanUps.push(async () => {
    await sockets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function connect(workspaceId: string, person: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: { Cookie: `${workspaceId}/${person}` },
    });
    cleanUps.push(() => socket.terminate());
    const received: ServerMessage[] = [];
    socket.on('message', (data) => received.push(JSON.parse(data.toString())));
    const closing = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
    await once(socket, 'open');
    return {
      socket,
      received,
      closing,
      numbers: () =>
        received.filter((message): message is LiveEvent => 'seq' in message).map(({ seq }) => seq),
      subscribe: async (topic: string) => {
        socket.send(JSON.stringify({ type: 'subscribe', topic }));
        await vi.waitFor(() => expect(received).toContainEqual({ type: 'subscribed', topic }), 20_000);
      },
      /** What the server keeps for it. */
      kept: (localPort: number | undefined) => ends.get(localPort)?.writableLength ?? 0,
    };
  }
  return { live, connect, ends, port };
}

const event = (seq: number, more: Partial<LiveEvent> = {}): Omit<LiveEvent, 'topic'> => ({
  type: 'execution.queued',
  seq,
  at: '2026-01-01T00:00:00.000Z',
  data: null,
  ...more,
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a thousand clients', () => {
  it('of several workspaces and topics all get everything in order, and nothing of others', async () => {
    const { live, connect } = await startServer();
    const [one, other] = [await createWorkspace(pool), await createWorkspace(pool)];
    const flowId = await publishFlow(pool, one.id, chain([]));
    const topics = upTo(1_000).map((number) => {
      if (number % 5 === 0) return { workspaceId: other.id, topic: 'workspace' };
      return { workspaceId: one.id, topic: number % 2 === 0 ? `flow:${flowId}` : 'workspace' };
    });
    const clients = await Promise.all(
      topics.map(async ({ workspaceId, topic }, index) => {
        const client = await connect(workspaceId, `person${index % 50}`);
        await client.subscribe(topic);
        return { ...client, workspaceId, topic };
      }),
    );
    for (const seq of upTo(100)) {
      live.publish(one.id, [event(seq, { flowId })]);
      live.publish(other.id, [event(1_000 + seq)]);
      if (seq % 10 === 0) await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(clients.every(({ numbers }) => numbers().length >= 100)).toBe(true), {
      timeout: 60_000,
      interval: 100,
    });
    for (const { numbers, workspaceId } of clients) {
      expect(numbers()).toEqual(workspaceId === one.id ? upTo(100) : upTo(100).map((seq) => 1_000 + seq));
    }
  }, 120_000);
});

describe('a client that does not read', () => {
  it('takes bounded memory, slows nobody down, and is told to load anew when it reads on', async () => {
    const { live, connect, ends } = await startServer();
    const workspace = await createWorkspace(pool);
    const fast = await connect(workspace.id, 'fast');
    const known = new Set(ends.keys());
    const slow = await connect(workspace.id, 'slow');
    const slowPort = [...ends.keys()].find((port) => !known.has(port));
    await fast.subscribe('workspace');
    await slow.subscribe('workspace');
    slow.socket.pause();
    const load = 'x'.repeat(100_000);
    let most = 0;
    for (const seq of upTo(400)) {
      live.publish(workspace.id, [event(seq, { data: load })]);
      most = Math.max(most, slow.kept(slowPort));
      await vi.waitFor(() => expect(fast.numbers()).toHaveLength(seq), { timeout: 10_000, interval: 1 });
    }
    expect(fast.numbers()).toEqual(upTo(400));
    expect(most).toBeGreaterThan(MAX_BUFFERED_BYTES / 2);
    expect(most).toBeLessThan(MAX_BUFFERED_BYTES + 2 * load.length);
    expect(slow.numbers().length).toBeLessThan(400);
    slow.socket.resume();
    await vi.waitFor(
      () => expect(slow.received).toContainEqual({ type: 'resync', topic: 'workspace' }),
      20_000,
    );
    live.publish(workspace.id, [event(401)]);
    await vi.waitFor(() => expect(slow.numbers().at(-1)).toBe(401), 20_000);
    expect(slow.numbers()).toEqual([...new Set(slow.numbers())].toSorted((a, b) => a - b));
  }, 120_000);

  it('for long is let go, and those who answer stay', async () => {
    const { live, connect } = await startServer({ heartbeatMs: 200 });
    const [one, other] = [await createWorkspace(pool), await createWorkspace(pool)];
    const gone = await connect(one.id, 'gone');
    const here = await connect(other.id, 'here');
    await gone.subscribe('workspace');
    await here.subscribe('workspace');
    gone.socket.pause();
    await vi.waitFor(() => expect(live.isWatched(one.id)).toBe(false), 20_000);
    expect(live.isWatched(other.id)).toBe(true);
    live.publish(other.id, [event(1)]);
    await vi.waitFor(() => expect(here.numbers()).toEqual([1]), 20_000);
  });
});

describe('connections', () => {
  it('beyond what one person or workspace may have are closed with the reason, and others are not', async () => {
    const { connect } = await startServer({ limits: { perProcess: 100, perHolder: 2, perWorkspace: 3 } });
    const [one, other] = [await createWorkspace(pool), await createWorkspace(pool)];
    const first = await connect(one.id, 'ann');
    await connect(one.id, 'ann');
    expect(await (await connect(one.id, 'ann')).closing).toMatchObject({ code: 1013, reason: /one person/ });
    await (await connect(one.id, 'bob')).subscribe('workspace');
    expect((await (await connect(one.id, 'cid')).closing).code).toBe(1013);
    await (await connect(other.id, 'dan')).subscribe('workspace');
    first.socket.close();
    await first.closing;
    await (await connect(one.id, 'cid')).subscribe('workspace');
  });

  it('beyond what the process can hold are refused before anything is asked about them', async () => {
    const { connect, port } = await startServer({ limits: { perProcess: 1, perHolder: 9, perWorkspace: 9 } });
    const { id } = await createWorkspace(pool);
    const first = await connect(id, 'ann');
    const refused = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    refused.on('error', () => {});
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(503);
    first.socket.close();
    await first.closing;
    await vi.waitFor(async () => (await connect(id, 'ann')).subscribe('workspace'), 20_000);
  });

  it('are told to go elsewhere when the server stops', async () => {
    const { connect } = await startServer();
    const { id } = await createWorkspace(pool);
    const client = await connect(id, 'ann');
    const stop = cleanUps.shift();
    await stop?.();
    expect((await client.closing).code).toBe(1001);
  });
});
