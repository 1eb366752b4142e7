import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../e2e/support/free-port.ts';

/** A Redis of the test's own, which keeps nothing on disk: stopping it loses all that is in it. */
export type OwnRedis = {
  url: string;
  start(): Promise<void>;
  /** `kill -9` */
  kill(): Promise<void>;
  command(name: string, ...values: string[]): Promise<unknown>;
  /** Ends it and deletes its folder. */
  remove(): Promise<void>;
};

/** Why there can be none here, or null. With REQUIRE_SERVICES=1 that is a failure, not a skip. */
export function redisMissing(): string | null {
  if (spawnSync('redis-server', ['--version']).status === 0) return null;
  if (process.env.REQUIRE_SERVICES === '1')
    throw new Error('REQUIRE_SERVICES=1, but there is no redis-server.');
  return 'no redis-server on the PATH';
}

/** On a free port, not started yet. */
export async function ownRedis(): Promise<OwnRedis> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function kill(): Promise<void> {
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = null;
  }

  async function command(name: string, ...values: string[]): Promise<unknown> {
    const redis = new Redis(url, { maxRetriesPerRequest: 100, retryStrategy: () => 50 });
    redis.on('error', () => {});
    try {
      return await redis.call(name, ...values);
    } finally {
      redis.disconnect();
    }
  }

  return {
    url,
    start: async () => {
      const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
      const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
      child = spawn('redis-server', given, { stdio: 'ignore' });
      await command('PING');
    },
    kill,
    command,
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
