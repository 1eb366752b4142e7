import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpProblem } from '../http/problem.ts';
import { MAX_BODY_BYTES, readBody } from './read-body.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves one request; resolves with what `handle` made of it. */
async function serve<T>(handle: (incoming: IncomingMessage) => Promise<T>) {
  const outcome = Promise.withResolvers<T>();
  server = createServer((incoming, response) => {
    void handle(incoming)
      .then(outcome.resolve, outcome.reject)
      .finally(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send = (headers: Record<string, number> = {}) => {
    const sender = request({ port, host: '127.0.0.1', method: 'POST', headers });
    // It is cut off where the test wants it to be.
    sender.on('error', () => {});
    return sender;
  };
  return { outcome: outcome.promise, send };
}

describe('readBody', () => {
  it('puts the pieces together', async () => {
    const { outcome, send } = await serve(readBody);
    const sender = send();
    sender.write('one, ');
    sender.end('two');
    expect((await outcome).toString()).toBe('one, two');
  });

  it('reads no body as an empty one', async () => {
    const { outcome, send } = await serve(readBody);
    send().end();
    expect(await outcome).toHaveLength(0);
  });

  it('takes 1 MiB and not a byte more', async () => {
    const fits = await serve(readBody);
    fits.send().end(Buffer.alloc(MAX_BODY_BYTES));
    expect(await fits.outcome).toHaveLength(MAX_BODY_BYTES);
    server?.closeAllConnections();
    server?.close();

    const { outcome, send } = await serve(readBody);
    send().end(Buffer.alloc(MAX_BODY_BYTES + 1));
    await expect(outcome).rejects.toMatchObject({ status: 413 });
  });

  it('does not wait for the end of a body without end', async () => {
    const { outcome, send } = await serve(readBody);
    const sender = send();
    const piece = Buffer.alloc(MAX_BODY_BYTES);
    const goOn = () => sender.write(piece, (error) => !error && goOn());
    goOn();
    await expect(outcome).rejects.toMatchObject({ status: 413 });
  });

  it('says that the sender broke off', async () => {
    const { outcome, send } = await serve((incoming) => {
      const body = readBody(incoming);
      incoming.socket.destroy();
      return body;
    });
    send({ 'Content-Length': 100 }).write('ten bytes.');
    await expect(outcome).rejects.toBeInstanceOf(HttpProblem);
    await expect(outcome).rejects.toMatchObject({ status: 400 });
  });

  it('says so too when it happened before anybody read', async () => {
    const { outcome, send } = await serve(async (incoming) => {
      const closed = once(incoming, 'close');
      incoming.destroy();
      await closed;
      return readBody(incoming);
    });
    send({ 'Content-Length': 100 }).write('ten bytes.');
    await expect(outcome).rejects.toMatchObject({ status: 400 });
  });
});
