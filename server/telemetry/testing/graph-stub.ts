import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A Graph API that takes replies: refuses those with "refuse" in them, keeps those with "hold" waiting until told. */
export type GraphStub = {
  url: string;
  /** Resolves once a reply is held. */
  held: Promise<void>;
  release(): void;
  close(): Promise<void>;
};

export async function startGraphStub(): Promise<GraphStub> {
  const holding = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();

  async function answer(body: string, response: ServerResponse): Promise<void> {
    if (body.includes('hold')) {
      holding.resolve();
      await released.promise;
    }
    const isRefused = body.includes('refuse');
    response
      .writeHead(isRefused ? 400 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(isRefused ? { error: { message: 'No.', code: 100 } } : { id: 'reply-1' }));
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => answer(body, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    held: holding.promise,
    release: released.resolve,
    close: async () => {
      released.resolve();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
