import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedPostgres } from '../../server/database/embedded/embedded-postgres.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Replygraph process of its own, as `npm start` runs it, in an empty data folder. */
export type Replygraph = {
  url: string;
  pid: number;
  dataDir: string;
  /** What all its runs so far have written: the lines for people and the log. */
  output(): string;
  /** `kill -9` of the process; its database may live on, as after a crash. */
  kill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** Starts again on the same port and data. */
  restart(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
};

export type ReplygraphOptions = {
  /** For the command line, e.g. `--without-editor`. */
  arguments?: string[];
};

/** @param environment more variables, e.g. `INSTAGRAM_GRAPH_URL` */
export async function startReplygraph(
  environment: Record<string, string> = {},
  options: ReplygraphOptions = {},
): Promise<Replygraph> {
  const dataDir = await mkdtemp(join(tmpdir(), 'replygraph-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  const start = async () => {
    const child = spawnProcess({ PORT: String(port), DATA_DIR: dataDir, ...environment }, options);
    const begin = output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        output += data.toString();
      });
    }
    await untilReady(child, url, () => output.slice(begin));
    return child;
  };
  let child = await start();
  return {
    url,
    dataDir,
    get pid() {
      return child.pid ?? 0;
    },
    output: () => output,
    kill: async () => {
      await end(child, 'SIGKILL');
    },
    stop: () => end(child, 'SIGTERM'),
    restart: async () => {
      child = await start();
    },
    remove: async () => {
      await end(child, 'SIGTERM');
      // After a kill the database may still run there.
      await removeEmbeddedPostgres(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function spawnProcess(environment: Record<string, string>, options: ReplygraphOptions): ChildProcess {
  // What `npm start` runs, without npm in between, so that a kill hits the process itself.
  const script = [join(ROOT, 'server/main.mjs'), ...(options.arguments ?? [])];
  return spawn(join(ROOT, 'node_modules/.bin/node'), script, {
    // Neither a .env nor variables of whoever runs the tests.
    cwd: environment.DATA_DIR,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const isReady = await waitUntil(`Replygraph is ready at ${url}`, async () => {
    if (child.exitCode !== null) return 'ended';
    return (await fetch(`${url}/readyz`)).ok && 'ready';
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`Replygraph did not get ready:\n${output()}`, { cause: error });
  });
  if (isReady === 'ended') throw new Error(`Replygraph did not start:\n${output()}`);
}

/** Ends a process that may have ended before; answers its exit code. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
