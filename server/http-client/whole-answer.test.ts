import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { askWhole } from './whole-answer.ts';

let server: Server;
let answer: RequestListener;
let dispatcher: Agent;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  dispatcher = new Agent({ connections: 1, pipelining: 1 });
  return () => dispatcher.destroy();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (options: { signal?: AbortSignal; path?: string; maxBytes?: number } = {}) =>
  askWhole(
    dispatcher,
    {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${options.path ?? '/v1/me?fields=id'}`,
      method: 'POST',
      headers: { 'x-asked': 'yes' },
      body: '{"é":1}',
      signal: options.signal ?? new AbortController().signal,
    },
    options.maxBytes ?? 1_000,
  );

it('sends what it is given and answers with status, headers and the whole text', async () => {
  const seen: unknown[] = [];
  answer = async (request, response) => {
    seen.push(request.method, request.url, request.headers['x-asked'], await readText(request));
    response.writeHead(418, { 'x-told': 'yes' });
    // A character cut in two by the parts.
    const [first, last] = [Buffer.from('grüß').subarray(0, 3), Buffer.from('grüß').subarray(3)];
    response.write(first);
    setImmediate(() => response.end(last));
  };
  const { status, headers, body } = await ask();
  expect([status, headers['x-told'], body]).toEqual([418, 'yes', 'grüß']);
  expect(seen).toEqual(['POST', '/v1/me?fields=id', 'yes', '{"é":1}']);
});

it('refuses an answer that is too large, and goes on with the next', async () => {
  answer = (_, response) => response.end('x'.repeat(1_001));
  await expect(ask()).rejects.toThrow('the answer is larger than 1000 bytes');
  answer = (_, response) => response.end('x'.repeat(1_000));
  expect((await ask()).body).toHaveLength(1_000);
});

it('rejects with the reason of the signal: before, while it waits for a connection, while it waits for the answer', async () => {
  const reason = new Error('not any more');
  await expect(ask({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const taken: string[] = [];
  const { promise: isTaken, resolve } = Promise.withResolvers<void>();
  answer = (request) => {
    taken.push(request.url ?? '');
    resolve();
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const waitsForAnswer = ask({ signal: first.signal, path: '/first' });
  const waitsForConnection = ask({ signal: second.signal, path: '/second' });
  await isTaken;
  second.abort(reason);
  first.abort(reason);
  await expect(waitsForAnswer).rejects.toBe(reason);
  await expect(waitsForConnection).rejects.toBe(reason);
  answer = (_, response) => response.end('fine');
  expect((await ask()).body).toBe('fine');
  expect(taken).toEqual(['/first']);
});

it('rejects when the connection breaks in the middle of the answer', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('beginning', () => response.socket?.destroy());
  };
  await expect(ask()).rejects.toThrow();
});

it('rejects what is no URL', async () => {
  await expect(askWhole(dispatcher, { ...request(), url: 'nowhere' }, 10)).rejects.toThrow('Invalid URL');
});

function request() {
  return { method: 'GET' as const, headers: {}, body: null, signal: new AbortController().signal };
}
