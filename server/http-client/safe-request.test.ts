import type { LookupAddress } from 'node:dns';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../engine/services.ts';
import { createHttpService } from './safe-request.ts';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const never = new AbortController().signal;
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server on a free port of this machine. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function get(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, timeoutMs: 10_000, maxBytes: 10_000, ...changes };
}

/** Knows every name as this machine. */
const local = createHttpService({ allowLoopback: true, resolve: async () => [LOOPBACK] });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks = await request.toArray();
  return Buffer.concat(chunks).toString();
}

function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end();
}

describe('what it fetches', () => {
  test('sends method, headers and body, and gives status, headers and body back', async () => {
    const port = await serve(async (request, response) => {
      const echo = { method: request.method, key: request.headers['x-key'], body: await bodyOf(request) };
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(echo));
    });

    const answer = await local.request(
      get(`http://api.example:${port}/a`, { method: 'POST', headers: { 'X-Key': 'k' }, body: 'hällo' }),
      never,
    );

    expect(answer.status).toBe(201);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toEqual({ method: 'POST', key: 'k', body: 'hällo' });
  });

  test('reads the charset that the answer names', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xe9]));
    });
    const answer = await local.request(get(`http://api.example:${port}/`), never);
    expect(answer.body).toBe('é');
  });

  test('unpacks a compressed answer', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'));
    });
    const answer = await local.request(get(`http://api.example:${port}/`), never);
    expect(answer.body).toBe('packed');
  });

  test('follows redirects', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/old') redirect(response, '/new');
      else response.end('here');
    });
    const answer = await local.request(get(`http://api.example:${port}/old`), never);
    expect(answer).toMatchObject({ status: 200, body: 'here' });
  });

  test('keeps credentials back when a redirect leaves the origin', async () => {
    const seen: IncomingMessage[] = [];
    const target = await serve((request, response) => {
      seen.push(request);
      response.end();
    });
    const port = await serve((_request, response) =>
      redirect(response, `http://other.example:${target}/`, 307),
    );

    const headers = { authorization: 'Bearer key', cookie: 'a=b', 'x-api-key': 'key', accept: 'text/plain' };
    await local.request(get(`http://api.example:${port}/`, { headers }), never);

    expect(seen[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(Object.keys(seen[0]?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/authorization|cookie|x-api-key/)]),
    );
  });
});

describe('where it does not go', () => {
  const strict = createHttpService({ resolve: async () => [LOOPBACK] });

  test.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.1.2.3/',
  ])('refuses the address %s', async (url) => {
    await expect(strict.request(get(url), never)).rejects.toMatchObject({ code: 'address_refused' });
  });

  test('refuses a name that resolves to a private address', async () => {
    await expect(strict.request(get('http://intranet.example/'), never)).rejects.toMatchObject({
      code: 'address_refused',
      retryable: false,
    });
  });

  test('refuses a name of which one address among several is private', async () => {
    const mixed = createHttpService({
      resolve: async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
    });
    await expect(mixed.request(get('http://mixed.example/'), never)).rejects.toMatchObject({
      code: 'address_refused',
    });
  });

  test.each(['http://10.0.0.1/', 'http://[::ffff:10.0.0.1]/', 'http://inside.example/'])(
    'refuses a redirect to %s',
    async (location) => {
      const port = await serve((_request, response) => redirect(response, location));
      const service = createHttpService({
        allowLoopback: true,
        resolve: async (name) => [name === 'inside.example' ? { address: '10.0.0.1', family: 4 } : LOOPBACK],
      });
      await expect(service.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
        code: 'address_refused',
        outcome: 'unknown',
      });
    },
  );

  test('connects to the address that was checked: a name that changes its answer afterwards is not asked again', async () => {
    const port = await serve((_request, response) => response.end('checked'));
    const answers: LookupAddress[] = [LOOPBACK, { address: '10.0.0.1', family: 4 }];
    let asked = 0;
    const service = createHttpService({ allowLoopback: true, resolve: async () => [answers[asked++]!] });

    const answer = await service.request(get(`http://rebind.example:${port}/`), never);

    expect(answer.body).toBe('checked');
    expect(asked).toBe(1);
  });

  test('refuses a redirect to a file', async () => {
    const port = await serve((_request, response) => redirect(response, 'file:///etc/passwd'));
    await expect(local.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
      code: 'invalid_url',
    });
  });

  test('gives up after five redirects', async () => {
    let answered = 0;
    const port = await serve((_request, response) => {
      answered += 1;
      redirect(response, `/${answered}`);
    });
    await expect(local.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
      code: 'too_many_redirects',
    });
    expect(answered).toBe(6);
  });
});

describe('its limits', () => {
  test('an answer that is too large is cut off', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(10_001)));
    await expect(local.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test('an answer of exactly the limit is read', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(10_000)));
    const answer = await local.request(get(`http://api.example:${port}/`), never);
    expect(answer.body).toHaveLength(10_000);
  });

  test('a small answer that unpacks to a large one is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    await expect(
      local.request(get(`http://api.example:${port}/`, { maxBytes: 100_000 }), never),
    ).rejects.toMatchObject({ code: 'too_large' });
  });

  test('broken compression is an error of its own', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
    });
    await expect(local.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
      code: 'bad_encoding',
    });
  });

  test('a server that never answers runs into the time limit', async () => {
    const port = await serve(() => {});
    await expect(
      local.request(get(`http://api.example:${port}/`, { timeoutMs: 100 }), never),
    ).rejects.toMatchObject({ code: 'timeout', retryable: true, outcome: 'unknown' });
  });

  test('a server that stops in the middle runs into the time limit', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200).write('half');
    });
    await expect(
      local.request(get(`http://api.example:${port}/`, { timeoutMs: 200 }), never),
    ).rejects.toMatchObject({ code: 'timeout' });
  });

  test('a cancelled step ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const port = await serve(() => controller.abort(reason));
    await expect(local.request(get(`http://api.example:${port}/`), controller.signal)).rejects.toBe(reason);
  });
});

describe('connections that fail', () => {
  test('nobody listening: surely nothing was sent', async () => {
    const server = createSocketServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));

    await expect(local.request(get(`http://api.example:${port}/`), never)).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
      outcome: 'not_performed',
    });
  });

  test('a connection that breaks after sending: nobody knows', async () => {
    const port = await serve((request) => request.socket.destroy());
    await expect(
      local.request(get(`http://api.example:${port}/`, { method: 'POST', body: 'x' }), never),
    ).rejects.toMatchObject({ code: 'connection_lost', outcome: 'unknown' });
  });

  test('a name that nobody knows', async () => {
    const service = createHttpService({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(service.request(get('http://nowhere.example/'), never)).rejects.toMatchObject({
      code: 'unknown_host',
      retryable: true,
      outcome: 'not_performed',
    });
  });

  test('a header that can not be sent', async () => {
    await expect(
      local.request(get('http://api.example:1/', { headers: { 'x-note': 'a\r\nb' } }), never),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('messages name the host and no query', async () => {
    const port = await serve((request) => request.socket.destroy());
    const failure = await local.request(get(`http://api.example:${port}/p?key=secret`), never).catch(String);
    expect(failure).toContain('api.example');
    expect(failure).not.toContain('secret');
  });
});
