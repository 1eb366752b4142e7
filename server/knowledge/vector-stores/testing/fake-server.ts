import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

type Answer = { status: number; body: unknown };
type Asked = { method: string; path: string; body: unknown; headers: IncomingMessage['headers'] };

export type FakeServer = {
  url: string;
  /** Every following request is answered with this; null: as usual again. */
  failWith(answer: Answer | null): void;
  close(): void;
};

/** A local server with JSON bodies; a body that breaks the handler's schema is answered with 400, as the real ones do. */
export async function startFakeServer(handle: (asked: Asked) => Answer): Promise<FakeServer> {
  let failure: Answer | null = null;
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const { pathname } = new URL(request.url ?? '/', 'http://fake');
    const answer = failure ?? answerTo({ pathname, request, text });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });

  function answerTo(given: { pathname: string; request: IncomingMessage; text: string }): Answer {
    try {
      const body: unknown = given.text === '' ? undefined : JSON.parse(given.text);
      const { method = '', headers } = given.request;
      return handle({ method, path: given.pathname, body, headers });
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return { status: 400, body: { message: error.message } };
    }
  }

  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failWith: (answer) => {
      failure = answer;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
