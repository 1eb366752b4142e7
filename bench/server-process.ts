import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../e2e/support/free-port.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const APP_SECRET = 'bench-app-secret-0123456789';

/** Needed where the database is not embedded. */
const SECRETS = {
  APP_SECRET: 'bench-session-secret-0123456789abcdef',
  ENCRYPTION_KEY: 'bench-encryption-key-0123456789abcdef',
  META_VERIFY_TOKEN: 'bench-verify-token-0123456789',
};

export type ServerProcess = {
  url: string;
  pid: number;
  /** From spawning the process to the line that says it is running. */
  startMs: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts the real server as `npm start` does, without the editor, and waits until it says that it is running. */
export async function startServer(environment: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(process.execPath, [...profilerFlags(), ...startArguments(), '--without-editor'], {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      META_APP_SECRET: APP_SECRET,
      INSTAGRAM_RATE_LIMITS: 'off',
      ...SECRETS,
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await urlOf(child);
  return {
    url,
    pid: child.pid ?? 0,
    startMs: performance.now() - begin,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

/** What `npm start` gives to Node. */
function startArguments(): string[] {
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    readFileSync(`${ROOT}/package.json`, 'utf8'),
  );
  return scripts.start.split(' ').slice(1);
}

/** `BENCH_PROFILE=<folder>` makes every process write a CPU profile there when it ends (bench/top-functions.ts). */
function profilerFlags(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${resolve(folder)}`] : [];
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`The server ended with code ${code} instead of starting.`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /is running at (http\S+)/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
}
