import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that kernels give to connections, and each test worker its own: a server that is down for a while must
 * find its port free again.
 */
const FIRST = 10_000;
const COUNT = 20_000;
const WORKERS = 20;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
let turn = Math.floor(Math.random() * (COUNT / WORKERS));

/** A port of the loopback that nobody listens on, and that this process has not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT / WORKERS; tries += 1) {
    turn = (turn + 1) % (COUNT / WORKERS);
    const port = FIRST + turn * WORKERS + worker;
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${FIRST} to ${FIRST + COUNT} are in use.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
