import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../config.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import type { Installation } from '../telemetry/testing/installation.ts';
import { startInstallation } from '../telemetry/testing/installation.ts';
import { createReadiness } from './readiness.ts';
import { shareCheck } from './shared-check.ts';

const down = () => Promise.reject(new Error('down'));
const up = async () => {};
const never = () => new Promise<never>(() => {});

describe('a shared check', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks once a second, however many want to know', async () => {
    let now = 0;
    const check = vi.fn(up);
    const passes = shareCheck(check, () => now);
    await Promise.all(Array.from({ length: 100 }, passes));
    now = 999;
    await passes();
    expect(check).toHaveBeenCalledTimes(1);
    now = 1_000;
    await passes();
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('fails what hangs, and does not ask again beside it', async () => {
    vi.useFakeTimers();
    let now = 0;
    const check = vi.fn(never);
    const passes = shareCheck(check, () => now);
    for (let probe = 0; probe < 3; probe++) {
      const answer = passes();
      await vi.advanceTimersByTimeAsync(2_000);
      now += 2_000;
      expect(await answer).toBe(false);
    }
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('passes again once the part is back', async () => {
    let now = 0;
    const check = vi.fn<() => Promise<unknown>>(up).mockImplementationOnce(down);
    const passes = shareCheck(check, () => now);
    expect(await passes()).toBe(false);
    now = 1_000;
    expect(await passes()).toBe(true);
  });
});

describe('readiness', () => {
  it('needs what is needed', async () => {
    const readiness = createReadiness({ needed: { database: down }, helpful: { queue: up } });
    expect(await readiness()).toEqual({ isReady: false, checks: { database: 'failed', queue: 'ok' } });
  });

  it('does without what only helps, and says so', async () => {
    const readiness = createReadiness({ needed: { database: up }, helpful: { queue: down } });
    expect(await readiness()).toEqual({ isReady: true, checks: { database: 'ok', queue: 'degraded' } });
  });
});

describe('/readyz', () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApi({ extras: { health: { helpful: { queue: down } } } });
  });
  afterAll(() => api.close());

  it('is 200 with a queue that is down, and names it; 503 once migrations are missing', async () => {
    const ready = await api.call('GET', '/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body).toEqual({
      status: 'ok',
      checks: { database: 'ok', migrations: 'ok', queue: 'degraded' },
    });

    await api.pool.query(
      'delete from drizzle.__drizzle_migrations where created_at = (select max(created_at) from drizzle.__drizzle_migrations)',
    );
    await vi.waitFor(async () => {
      const answer = await api.call('GET', '/readyz');
      expect(answer.status).toBe(503);
      expect(answer.body.detail).toContain('migrations');
      expect(answer.body.errors).toContainEqual({ path: 'database', message: 'ok' });
    }, 5_000);
  });
});

describe('/metrics with METRICS_TOKEN', () => {
  const token = 'a token of the tests, long enough';

  it('needs the token', async () => {
    const installation = await startInstallation({ METRICS_TOKEN: token });
    const ask = async (authorization?: string) =>
      fetch(`${installation.url}/metrics`, { headers: authorization ? { authorization } : {} });

    expect((await ask()).status).toBe(401);
    expect((await ask('Bearer another token')).status).toBe(401);
    const answer = await ask(`Bearer ${token}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('replygraph_build_info');
    await installation.close();
  });

  it('must not be short', () => {
    expect(() => readConfig({ METRICS_TOKEN: 'short' })).toThrow(/METRICS_TOKEN/);
  });
});

describe('a process that stops', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation();
  });
  afterAll(() => installation.close());

  it('answers probes with 503 at once, takes webhooks in, and finishes what runs', async () => {
    expect((await fetch(`${installation.url}/readyz`)).status).toBe(200);
    await installation.comment('hold this');
    await installation.graph.held;

    const stopped = installation.running.stop();
    const ready = await fetch(`${installation.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ detail: 'The process is stopping.' });
    expect((await fetch(`${installation.url}/healthz`)).status).toBe(200);
    expect((await installation.comment('late')).status).toBe(200);

    installation.graph.release();
    await stopped;
    await installation.untilExecutions(['succeeded', 'queued']);
    await expect(fetch(`${installation.url}/readyz`)).rejects.toThrow();
  });
});
