import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../engine/clock.ts';
import { compilePlan } from '../../engine/compile.ts';
import { graphSchema } from '../../engine/graph.ts';
import { runExecution } from '../../engine/run.ts';
import { fakeInput } from '../../engine/testing/fake-nodes.ts';
import { MemoryJournal } from '../../engine/testing/memory-journal.ts';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { createFakeServices } from '../../nodes/testing/fake-services.ts';
import { createHttpService } from './safe-request.ts';

const http = createHttpService({
  allowLoopback: true,
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
});
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Runs a flow with one "Call a web service" against a server; counts what the server saw. */
async function call(listener: RequestListener, config: Record<string, unknown>) {
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']?.toString());
    listener(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const graph = graphSchema.parse({
    nodes: [
      { id: 'start', type: 'trigger.manual', name: 'Start' },
      {
        id: 'call',
        type: 'http.request',
        name: 'Call',
        config: { url: `http://api.example:${port}/`, ...config },
        policy: { backoffMs: 0 },
      },
    ],
    edges: [{ id: 'e', source: 'start', target: 'call' }],
  });
  const journal = new MemoryJournal();
  const end = await runExecution(
    compilePlan(graph, createBuiltinCatalogue()),
    fakeInput({ event: { kind: 'manual', at: '2026-03-02T10:00:00.000Z' } }),
    journal.snapshot(),
    {
      journal,
      services: { ...createFakeServices().services, http },
      clock: systemClock,
      signal: new AbortController().signal,
    },
  );
  return { end, output: journal.steps.get('call')?.output, keys };
}

test('what was fetched is the output of the step', async () => {
  const { end, output } = await call(
    (_request, response) => response.setHeader('content-type', 'application/json').end('{"left":3}'),
    {},
  );
  expect(end).toEqual({ status: 'succeeded' });
  expect(output).toMatchObject({ status: 200, body: { left: 3 } });
});

test('a POST whose connection breaks is sent once and then a person decides', async () => {
  const { end, keys } = await call((request) => request.socket.destroy(), { method: 'POST', body: '{}' });
  expect(keys).toHaveLength(1);
  expect(end).toMatchObject({ status: 'failed', error: { code: 'effect_uncertain', nodeId: 'call' } });
});

test('a POST that may be sent twice is tried again, with the same key', async () => {
  const { end, keys } = await call((request) => request.socket.destroy(), {
    method: 'POST',
    body: '{}',
    idempotent: true,
  });
  expect(keys).toEqual(['execution:call', 'execution:call', 'execution:call']);
  expect(end).toMatchObject({ status: 'failed', error: { code: 'connection_lost' } });
});

test('a POST that is refused for being too early is tried again', async () => {
  let asked = 0;
  const { end, keys } = await call(
    (_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 429 : 200).end();
    },
    { method: 'POST', body: '{}' },
  );
  expect(keys).toHaveLength(2);
  expect(end).toEqual({ status: 'succeeded' });
});
