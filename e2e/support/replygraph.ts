import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Replygraph process of its own, as `npm start` runs it, in an empty data folder. */
export type Replygraph = {
  url: string;
  pid: number;
  /** `kill -9` of the process; its database may live on, as after a crash. */
  kill(): Promise<void>;
  /** Starts again on the same port and data. */
  restart(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
};

/** @param environment more variables, e.g. `INSTAGRAM_GRAPH_URL` */
export async function startReplygraph(environment: Record<string, string> = {}): Promise<Replygraph> {
  const dataDir = await mkdtemp(join(tmpdir(), 'replygraph-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = () => startProcess({ ...environment, PORT: String(port), DATA_DIR: dataDir }, url);
  let child = await start();
  return {
    url,
    get pid() {
      return child.pid ?? 0;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    restart: async () => {
      child = await start();
    },
    remove: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startProcess(environment: Record<string, string>, url: string): Promise<ChildProcess> {
  // What `npm start` runs, without npm in between, so that a kill hits the process itself.
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), ['server/main.mjs'], {
    cwd: ROOT,
    env: { ...process.env, LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (data) => {
    output += data;
  });
  child.stderr?.on('data', (data) => {
    output += data;
  });
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`Replygraph did not start:\n${output}`);
  }
  return child;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
