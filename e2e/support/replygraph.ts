import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedPostgres } from '../../server/database/embedded/embedded-postgres.ts';
import { COUNTING } from '../../server/faults.ts';
import { freePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Replygraph process of its own, as `npm start` runs it, in an empty data folder. */
export type Replygraph = {
  url: string;
  pid: number;
  dataDir: string;
  /** What all its runs so far have written: the lines for people and the log. */
  output(): string;
  /** False once it has ended, by itself or not. */
  isRunning(): boolean;
  /** `kill -9` of the process; its database may live on, as after a crash. */
  kill(): Promise<void>;
  /** Lets it count the moments of `KILL_AT … since SIGUSR2`. */
  armKill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGSTOP: it stands still in the middle of whatever it does; connections stay open. */
  freeze(): void;
  /** SIGCONT */
  thaw(): void;
  /** Starts again on the same port and data; with more variables where given, for this run. */
  restart(environment?: Record<string, string>): Promise<void>;
  /** Resolves when it has ended, by itself or not. */
  ended(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
};

export type ReplygraphOptions = {
  /** For the command line, e.g. `--without-editor`. */
  arguments?: string[];
  /** Instead of a new temporary folder. */
  dataDir?: string;
  /** What a start waits for: that it can serve (default), or only that it answers at all. */
  until?: '/readyz' | '/healthz';
};

/** A process that complains without end must not take the test's memory. */
const MOST_OUTPUT = 50_000_000;

/** @param environment more variables, e.g. `INSTAGRAM_GRAPH_URL` */
export async function startReplygraph(
  environment: Record<string, string> = {},
  options: ReplygraphOptions = {},
): Promise<Replygraph> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'replygraph-e2e-')));
  await mkdir(dataDir, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  const start = async (more: Record<string, string> = {}) => {
    const child = spawnProcess({ PORT: String(port), DATA_DIR: dataDir, ...environment, ...more }, options);
    const begin = output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        if (output.length < MOST_OUTPUT) output += data.toString();
      });
    }
    await untilReady(child, url + (options.until ?? '/readyz'), () => output.slice(begin));
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
    isRunning: () => !hasEnded(child),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
    stop: () => end(child, 'SIGTERM'),
    armKill: async () => {
      const begin = output.length;
      child.kill('SIGUSR2');
      await waitUntil(COUNTING, async () => output.includes(COUNTING, begin));
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    restart: async (more) => {
      child = await start(more);
    },
    ended: async () => {
      if (!hasEnded(child)) await once(child, 'exit');
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
    if (hasEnded(child)) return 'ended';
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok && 'ready';
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`Replygraph did not get ready:\n${output()}`, { cause: error });
  });
  if (isReady === 'ended') throw new Error(`Replygraph did not start:\n${output()}`);
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Ends a process that may have ended before; answers its exit code. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    // One that stands still would hear of nothing but SIGKILL.
    child.kill('SIGCONT');
    await exited;
  }
  return child.exitCode;
}
