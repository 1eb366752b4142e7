import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import type { FakeGoogle } from './testing/fake-google.ts';
import { startFakeGoogle } from './testing/fake-google.ts';
import type { FakeOpenAi } from './testing/fake-openai.ts';
import { startFakeOpenAi } from './testing/fake-openai.ts';

const SECRET = 'sk-of-the-workspace';
let api: ApiServer;
let openai: FakeOpenAi;
let google: FakeGoogle;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
beforeAll(async () => {
  [openai, google] = await Promise.all([startFakeOpenAi(), startFakeGoogle()]);
  api = await startApi({
    environment: {
      OPENAI_BASE_URL: openai.url,
      GOOGLE_API_KEY: 'g-key',
      GOOGLE_BASE_URL: google.url,
      COMPATIBLE_BASE_URL: openai.url,
    },
  });
});
afterAll(async () => {
  openai.close();
  google.close();
  await api.close();
});
beforeEach(async () => {
  workspace = await api.createWorkspace();
});

const call = (method: string, path: string, body?: unknown, key = workspace.admin) =>
  api.call(method, `/api/v1/ai/${path}`, { key, ...(body !== undefined && { body }) });
const storeKey = () => call('PUT', 'connections/openai', { apiKey: SECRET });

describe('settings', () => {
  test('have defaults and say who answers', async () => {
    const { body } = await call('GET', 'settings', undefined, workspace.viewer);
    expect(body.budget).toEqual({ dailyUsd: 5, whenUsedUp: 'builtin' });
    expect(body.router.tasks.classify).toEqual({
      model: null,
      maxTokens: 256,
      fallback: null,
      answeredBy: 'google:gemini-2.5-flash',
      problem: null,
      thinkingTokens: 4_096,
      defaultMaxTokens: 256,
    });
    expect(body.prices.defaults['openai:gpt-5-mini']).toEqual({ inputUsd: 0.25, outputUsd: 2 });
    expect(body.prices.asOf).toMatch(/^\d{4}-\d{2}/);
  });

  test('are changed part by part, by admins, for their workspace alone', async () => {
    const other = await api.createWorkspace();
    const tasks = { crisis: { model: 'openai:gpt-5', maxTokens: 900, fallback: 'google' } };
    expect((await call('PUT', 'settings', { router: { provider: null, tasks } })).status).toBe(200);
    const budget = { dailyUsd: 0.5, whenUsedUp: 'hold' };
    const { body } = await call('PUT', 'settings', {
      budget,
      prices: { 'compatible:m': { inputUsd: 1, outputUsd: 2 } },
    });
    expect(body).toMatchObject({
      budget,
      prices: { own: { 'compatible:m': { inputUsd: 1, outputUsd: 2 } } },
      router: {
        tasks: {
          crisis: { maxTokens: 900, answeredBy: null, problem: expect.stringContaining('OPENAI_API_KEY') },
          plan: { maxTokens: 2_048 },
        },
      },
    });
    expect((await call('GET', 'settings')).body).toEqual(body);
    expect((await call('GET', 'settings', undefined, other.admin)).body.budget.dailyUsd).toBe(5);
    expect((await call('PUT', 'settings', { budget }, workspace.editor)).status).toBe(403);
  });

  test.each([
    [
      'a model of nobody',
      { router: { provider: null, tasks: { plan: { model: 'acme:x', maxTokens: 100, fallback: null } } } },
      'router.tasks.plan.model',
    ],
    [
      'the built-in provider as fallback',
      { router: { provider: null, tasks: { plan: { model: null, maxTokens: 100, fallback: 'builtin' } } } },
      'router.tasks.plan.fallback',
    ],
    [
      'a cap of a book',
      { router: { provider: null, tasks: { plan: { model: null, maxTokens: 1e6, fallback: null } } } },
      'router.tasks.plan.maxTokens',
    ],
    [
      'an unknown task',
      { router: { provider: null, tasks: { poem: { model: null, maxTokens: 100, fallback: null } } } },
      'router.tasks',
    ],
    ['a negative budget', { budget: { dailyUsd: -1, whenUsedUp: 'stop' } }, 'budget.dailyUsd'],
    ['a price of a provider', { prices: { openai: { inputUsd: 1, outputUsd: 1 } } }, 'prices.openai'],
  ])('refuse %s with the field', async (_what, body, path) => {
    const answer = await call('PUT', 'settings', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
  });
});

describe('connections', () => {
  test('take a key and never give it out', async () => {
    const saved = await storeKey();
    expect(saved.body).toMatchObject({
      provider: 'openai',
      source: 'workspace',
      hasKey: true,
      baseUrl: null,
    });
    const answers = [saved, await call('GET', 'connections'), await call('GET', 'settings')];
    for (const { text } of answers) expect(text).not.toContain(SECRET);
    for (const table of ['ai_connections', 'audit_log']) {
      const { rows } = await api.pool.query(`select * from ${table} where workspace_id = $1`, [workspace.id]);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(SECRET);
    }
    const other = await api.createWorkspace();
    const elsewhere = await call('GET', 'connections/openai', undefined, other.admin);
    expect(elsewhere.body).toMatchObject({ source: null, hasKey: false });
  });

  test('fall back to the environment when they are removed', async () => {
    await call('PUT', 'connections/google', { apiKey: 'own' });
    expect((await call('DELETE', 'connections/google')).status).toBe(204);
    expect((await call('GET', 'connections/google')).body).toMatchObject({
      source: 'environment',
      hasKey: false,
    });
    expect((await call('DELETE', 'connections/google')).status).toBe(404);
  });

  test('say what the environment has, and whether a stored key can be read', async () => {
    const states = async () =>
      (await call('GET', 'connections')).body.items.map(
        ({ provider, hasEnvironment, isKeyReadable }: Record<string, unknown>) =>
          `${provider} ${hasEnvironment} ${isKeyReadable}`,
      );
    expect(await states()).toEqual([
      'openai false true',
      'anthropic false true',
      'google true true',
      'openrouter false true',
      'ollama false true',
      'compatible true true',
    ]);
    await storeKey();
    await api.pool.query(`update ai_connections set key_encrypted = 'v1.other' where workspace_id = $1`, [
      workspace.id,
    ]);
    expect(await states()).toContain('openai false false');
  });

  test('need no address where the environment has it', async () => {
    const saved = await call('PUT', 'connections/compatible', { apiKey: SECRET });
    expect(saved.body).toMatchObject({ source: 'workspace', hasKey: true, baseUrl: null });
    openai.answer({ kind: 'text', pieces: ['OK'] });
    expect((await call('POST', 'connections/compatible/test', { model: 'm' })).body.isGood).toBe(true);
    expect(openai.requests[0]?.authorization).toBe(`Bearer ${SECRET}`);
  });

  test('keep their key, but not under another address', async () => {
    const body = { apiKey: SECRET, baseUrl: 'https://models.example.com/v1/' };
    expect((await call('PUT', 'connections/openai', body)).body.baseUrl).toBe(
      'https://models.example.com/v1',
    );
    expect((await call('PUT', 'connections/openai', { baseUrl: body.baseUrl })).status).toBe(200);
    const moved = await call('PUT', 'connections/openai', { baseUrl: 'https://attacker.example.com/v1' });
    expect(moved.body.errors).toEqual([{ path: 'apiKey', message: expect.stringContaining('again') }]);
    expect((await call('GET', 'connections/openai')).body.baseUrl).toBe('https://models.example.com/v1');
  });

  test.each([
    ['ollama', { apiKey: 'k' }, 'baseUrl'],
    ['openai', {}, 'apiKey'],
    ['openai', { apiKey: 'two words' }, 'apiKey'],
    ['google', { apiKey: 'k', baseUrl: 'https://x.example.com' }, 'baseUrl'],
    ['ollama', { baseUrl: 'http://127.0.0.1:11434' }, 'baseUrl'],
    ['compatible', { baseUrl: 'http://169.254.169.254/v1' }, 'baseUrl'],
    ['compatible', { baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
    ['compatible', { baseUrl: 'https://me:pw@models.example.com' }, 'baseUrl'],
  ])('of %s refuse %j', async (provider, body, path) => {
    const answer = await call('PUT', `connections/${provider}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
  });

  test('are for admins, and of known providers', async () => {
    expect((await call('PUT', 'connections/openai', { apiKey: 'k' }, workspace.editor)).status).toBe(403);
    expect((await call('POST', 'connections/openai/test', {}, workspace.editor)).status).toBe(403);
    expect((await call('GET', 'connections/acme')).status).toBe(404);
  });
});

describe('the test of a connection', () => {
  test('says that it works, and is counted', async () => {
    await storeKey();
    openai.answer({ kind: 'text', pieces: ['OK'] });
    const { body } = await call('POST', 'connections/openai/test', { model: 'gpt-4.1-mini' });
    expect(body).toMatchObject({ isGood: true, model: 'openai:gpt-4.1-mini', problem: null });
    expect(openai.requests[0]).toMatchObject({ max_tokens: 16, authorization: `Bearer ${SECRET}` });
    const today = async () => (await call('GET', 'usage')).body.byTask;
    await expect.poll(today).toMatchObject([{ task: 'test', requests: 1, tokensIn: 120 }]);
  });

  test.each([
    [401, 'key', 'model_key_refused'],
    [404, 'model', 'model_not_found'],
    [500, 'provider', 'model_unavailable'],
  ])('says what a %i is about: the %s', async (status, about, code) => {
    await storeKey();
    openai.answer({ kind: 'error', status });
    const answer = await call('POST', 'connections/openai/test', {});
    expect(answer.body).toMatchObject({ isGood: false, problem: { about, code } });
    expect(answer.text).not.toContain(SECRET);
  });

  test('says that the network is to blame', async () => {
    await storeKey();
    openai.answer({ kind: 'reset' });
    expect((await call('POST', 'connections/openai/test', {})).body.problem.about).toBe('network');
  });

  test('says that there is no key', async () => {
    const { body } = await call('POST', 'connections/anthropic/test', {});
    expect(body).toMatchObject({ isGood: false, problem: { about: 'key', code: 'model_key_missing' } });
  });
});

describe('the list of models', () => {
  test('comes from the provider, by name', async () => {
    await storeKey();
    openai.models.ids = ['b-model', 'a-model'];
    const { body } = await call('GET', 'models?provider=openai', undefined, workspace.editor);
    expect(body).toEqual({
      items: [
        { id: 'a-model', name: null },
        { id: 'b-model', name: null },
      ],
      isCapped: false,
    });
    openai.models.ids = [];
    expect((await call('GET', 'models?provider=openai')).body).toEqual(body);
  });

  test('of Google has those that write', async () => {
    const { body } = await call('GET', 'models');
    expect(await call('GET', 'models?provider=google')).toMatchObject({ body });
    expect(body.items).toEqual([{ id: 'gemini-x', name: 'Gemini X' }]);
  });

  test('fails with the reason, without key or when the provider refuses', async () => {
    expect((await call('GET', 'models?provider=anthropic')).status).toBe(409);
    await storeKey();
    openai.models.status = 401;
    const refused = await call('GET', 'models?provider=openai');
    expect(refused.status).toBe(502);
    expect(refused.body.detail).toMatch(/refuses the key/);
    openai.models.status = 200;
  });
});

test('usage adds up by day, task and model, and says what is priced by guess', async () => {
  const insert = (task: string, model: string, cost: number, more: { hit?: boolean; error?: string } = {}) =>
    api.pool.query(
      `insert into ai_requests (id, workspace_id, task, model, tokens_in, tokens_out, cost_usd, latency_ms, cache_hit, error_code)
       values (gen_random_uuid(), $1, $2, $3, 10, 5, $4, 1, $5, $6)`,
      [workspace.id, task, model, cost, more.hit ?? false, more.error ?? null],
    );
  await insert('short_reply', 'openai:gpt-5-mini', 0.5);
  await insert('short_reply', 'openai:gpt-5-mini', 0, { hit: true });
  await insert('short_reply', 'openai:gpt-5-mini', 0, { error: 'model_timeout' });
  await insert('plan', 'compatible:m', 0.25);
  const { body } = await call('GET', 'usage?days=2', undefined, workspace.viewer);
  expect(body.cache).toEqual({ hits: 1, answers: 3, hitRate: 1 / 3 });
  expect(body.byDay).toEqual([
    {
      day: expect.any(String),
      requests: 4,
      errors: 1,
      cacheHits: 1,
      tokensIn: 40,
      tokensOut: 20,
      costUsd: 0.75,
    },
  ]);
  expect(body.byTask.map(({ task, costUsd }: { task: string; costUsd: number }) => [task, costUsd])).toEqual([
    ['short_reply', 0.5],
    ['plan', 0.25],
  ]);
  expect(body.byModel).toMatchObject([
    { model: 'openai:gpt-5-mini', isPriceKnown: true },
    { model: 'compatible:m', isPriceKnown: false },
  ]);
  expect(body.today).toMatchObject({ spentUsd: 0, reservedUsd: 0, dailyUsd: 5 });
  expect((await call('GET', 'usage?days=31')).status).toBe(400);
});
