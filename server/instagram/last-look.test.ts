import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withLastLook } from './last-look.ts';

const agent = new Agent({ connections: 1, pipelining: 1 });
const arrived: string[] = [];
/** Lets the server answer what it holds. */
let answer = () => {};
const server = createServer((incoming, response) => {
  arrived.push(incoming.url ?? '');
  answer = () => response.end('ok');
});
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await agent.destroy();
  server.close();
});

it('a request that waited for a connection is not sent when it may not be sent any more', async () => {
  let isHeld = true;
  const dispatcher = withLastLook(agent, () => isHeld);
  const first = request(`${url}/first`, { dispatcher, method: 'POST', body: '{}' });
  await expect.poll(() => arrived).toEqual(['/first']);
  const second = request(`${url}/second`, { dispatcher, method: 'POST', body: '{}' });
  const refused = expect(second).rejects.toThrow('it may not be sent any more');
  isHeld = false;
  answer();
  expect(await (await first).body.text()).toBe('ok');
  await refused;
  expect(arrived).toEqual(['/first']);
});
