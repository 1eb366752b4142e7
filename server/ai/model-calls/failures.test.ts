import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FakeAnthropic } from '../testing/fake-anthropic.ts';
import { startFakeAnthropic } from '../testing/fake-anthropic.ts';
import type { Answer, FakeOpenAi } from '../testing/fake-openai.ts';
import { startFakeOpenAi } from '../testing/fake-openai.ts';
import { callOf, startModelCallsBench } from '../testing/model-calls-bench.ts';
import type { ModelCallsDeps } from './create-model-calls.ts';

const KEY = 'sk-secret';
let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
let anthropic: FakeAnthropic;
beforeAll(async () => {
  bench = await startModelCallsBench();
  openai = await startFakeOpenAi();
  anthropic = await startFakeAnthropic();
});
afterAll(async () => {
  openai.close();
  anthropic.close();
  await bench.close();
});

const withOpenAi = (rest: Partial<ModelCallsDeps> = {}) =>
  bench.service({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url }, rest);
const schema = {
  name: 'sort',
  json: { type: 'object', properties: { label: { type: 'string' } }, required: ['label'] },
};
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (reason: unknown) => reason,
  );
const failWith = (...statuses: number[]) =>
  openai.answer(...statuses.map((status): Answer => ({ kind: 'error', status })));

describe('failures', () => {
  test.each<[string, Answer, object, number]>([
    [
      '429 with a longer wait than ours',
      { kind: 'error', status: 429, headers: { 'retry-after': '7' } },
      { code: 'model_rate_limit', retryable: true, retryAfterMs: 7_000 },
      1,
    ],
    [
      'a used up quota',
      { kind: 'error', status: 429, code: 'insufficient_quota' },
      { code: 'model_quota', retryable: false },
      1,
    ],
    ['500', { kind: 'error', status: 500 }, { code: 'model_unavailable', retryable: true }, 3],
    ['401', { kind: 'error', status: 401 }, { code: 'model_key_refused', retryable: false }, 1],
    ['404', { kind: 'error', status: 404 }, { code: 'model_not_found', retryable: false }, 1],
    ['400', { kind: 'error', status: 400 }, { code: 'model_refused', retryable: false }, 1],
    ['a cut connection', { kind: 'reset' }, { code: 'model_unreachable', retryable: true }, 3],
    ['a body that is no JSON', { kind: 'garbage' }, { code: 'model_unreachable', retryable: true }, 3],
  ])('%s', async (_what, answer, expected, attempts) => {
    const workspaceId = await bench.workspace();
    openai.answer(answer, answer, answer, answer);
    const error = await failureOf(withOpenAi().complete(callOf(workspaceId, { schema })));
    expect(error).toMatchObject({ name: 'NodeError', ...expected });
    expect(openai.requests).toHaveLength(attempts);
    const rows = await bench.requestsOf(workspaceId);
    expect(rows).toHaveLength(attempts);
    expect(rows[0]).toMatchObject({ errorCode: (expected as { code: string }).code, costUsd: 0 });
    expect(`${JSON.stringify(error)} ${String(error)} ${bench.logged.join('')}`).not.toContain(KEY);
  });

  test('that pass are not noticed', async () => {
    const workspaceId = await bench.workspace();
    openai.answer(
      { kind: 'error', status: 429, headers: { 'retry-after-ms': '1' } },
      { kind: 'error', status: 503 },
      { kind: 'text', pieces: ['ok'] },
    );
    expect(await withOpenAi().complete(callOf(workspaceId))).toMatchObject({ text: 'ok' });
    expect((await bench.requestsOf(workspaceId)).map(({ errorCode }) => errorCode)).toEqual([
      'model_rate_limit',
      'model_unavailable',
      null,
    ]);
  });

  test('after the first words are not asked again: they would be shown twice', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'broken' }, { kind: 'text', pieces: ['again'] });
    const tokens: string[] = [];
    const call = callOf(workspaceId, { onToken: (text) => tokens.push(text), fallback: 'openai:other' });
    await expect(withOpenAi().complete(call)).rejects.toMatchObject({
      code: 'model_unreachable',
      retryable: true,
    });
    expect(tokens).toEqual(['Half an ans']);
    expect(openai.requests).toHaveLength(1);
  });

  test('the model takes too long; what was sent may be paid for', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'silence' });
    const pending = withOpenAi({ timeoutMs: 50 }).complete(callOf(workspaceId));
    await expect(pending).rejects.toMatchObject({ code: 'model_timeout', retryable: true });
    const [row] = await bench.requestsOf(workspaceId);
    expect(row).toMatchObject({ errorCode: 'model_timeout', tokensIn: expect.any(Number) });
    expect(row.costUsd).toBeGreaterThan(0);
  });

  test('the caller gives up', async () => {
    const workspaceId = await bench.workspace();
    const other = await startFakeOpenAi();
    other.answer({ kind: 'silence' });
    const caller = new AbortController();
    const service = bench.service({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: other.url });
    const pending = service.complete(callOf(workspaceId, { signal: caller.signal }));
    const failed = expect(pending).rejects.toThrow('cancelled by a person');
    await other.silenced;
    caller.abort(new Error('cancelled by a person'));
    await failed;
    expect(await bench.requestsOf(workspaceId)).toMatchObject([{ errorCode: 'cancelled' }]);
    other.close();
  });

  test('a log that cannot be written does not fail the answer', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'text', pieces: ['ok'] });
    const caller = { workspaceId, executionId: 'no uuid', nodeId: null };
    const service = withOpenAi();
    expect(await service.complete(callOf(workspaceId, { caller }))).toMatchObject({ text: 'ok' });
    await service.requests.idle();
    expect(bench.logged.some((line) => line.includes('could not be written down'))).toBe(true);
  });
});

describe('the fallback', () => {
  const call = (workspaceId: string) =>
    callOf(workspaceId, { model: 'openai:first', fallback: 'anthropic:claude-haiku-4-5' });
  const both = () =>
    bench.service({
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: openai.url,
      ANTHROPIC_API_KEY: 'sk-ant-secret',
      ANTHROPIC_BASE_URL: anthropic.url,
    });

  test('answers when the model is down', async () => {
    const workspaceId = await bench.workspace();
    failWith(500, 500, 500);
    anthropic.answer({ input: { label: 'x' } });
    const answer = await both().complete({ ...call(workspaceId), schema });
    expect(answer.usage.model).toBe('anthropic:claude-haiku-4-5');
    expect((await bench.requestsOf(workspaceId)).map(({ model }) => model)).toEqual([
      'openai:first',
      'openai:first',
      'openai:first',
      'anthropic:claude-haiku-4-5',
    ]);
  });

  test('of the task, as the workspace has set it', async () => {
    const fallback = 'anthropic:claude-haiku-4-5';
    const tasks = { short_reply: { model: 'openai:first', maxTokens: 300, fallback } };
    const workspaceId = await bench.workspace({ router: { provider: null, tasks } });
    failWith(401);
    anthropic.answer({ input: { label: 'x' } });
    const answer = await both().complete(callOf(workspaceId, { schema }));
    expect(answer.usage.model).toBe(fallback);
  });

  test('is not asked what the model refused', async () => {
    const workspaceId = await bench.workspace();
    failWith(400);
    anthropic.answer({ input: {} });
    await expect(both().complete(call(workspaceId))).rejects.toMatchObject({ code: 'model_refused' });
    expect(anthropic.requests).toEqual([]);
  });

  test('that fails too leaves the error that is worth another attempt', async () => {
    const workspaceId = await bench.workspace();
    failWith(401);
    anthropic.answer({ status: 529 });
    await expect(both().complete(call(workspaceId))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
    });
  });
});

describe('the circuit of a model', () => {
  test('opens after five failures, for one workspace and model', async () => {
    const [mine, other] = [await bench.workspace(), await bench.workspace()];
    const service = withOpenAi();
    const ask = (workspaceId: string, model = 'openai:m') => service.complete(callOf(workspaceId, { model }));
    failWith(500, 500, 500, 500, 500, 500);
    await failureOf(ask(mine));
    const error = await failureOf(ask(mine));
    expect(openai.requests).toHaveLength(5);
    expect(error).toMatchObject({ code: 'model_paused', retryable: true, retryAfterMs: expect.any(Number) });

    openai.answer({ kind: 'text', pieces: ['a'] }, { kind: 'text', pieces: ['b'] });
    expect(await ask(other)).toMatchObject({ text: 'a' });
    expect(await ask(mine, 'openai:n')).toMatchObject({ text: 'b' });
    await expect(ask(mine)).rejects.toMatchObject({ code: 'model_paused' });
  });
});
