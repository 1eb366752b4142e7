import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costOf, UNKNOWN_PRICE } from '../prices.ts';
import type { FakeAnthropic } from '../testing/fake-anthropic.ts';
import { startFakeAnthropic } from '../testing/fake-anthropic.ts';
import type { FakeGoogle, GoogleAnswer } from '../testing/fake-google.ts';
import { startFakeGoogle } from '../testing/fake-google.ts';
import type { Answer, FakeOpenAi } from '../testing/fake-openai.ts';
import { startFakeOpenAi } from '../testing/fake-openai.ts';
import { callOf, startModelCallsBench } from '../testing/model-calls-bench.ts';
import type { ModelCallsDeps } from './create-model-calls.ts';

const KEY = 'sk-secret';
let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
let anthropic: FakeAnthropic;
let google: FakeGoogle;
beforeAll(async () => {
  bench = await startModelCallsBench();
  openai = await startFakeOpenAi();
  anthropic = await startFakeAnthropic();
  google = await startFakeGoogle();
});
afterAll(async () => {
  openai.close();
  anthropic.close();
  google.close();
  await bench.close();
});

const withOpenAi = (rest: Partial<ModelCallsDeps> = {}) =>
  bench.service({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url }, rest);
const schema = {
  name: 'sort',
  json: { type: 'object', properties: { label: { type: 'string' } }, required: ['label'] },
};

describe('OpenAI', () => {
  test('answers with text, is given the cap with room for thoughts, and is written down with its cost', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'text', pieces: ['Yes, ', 'we do.'] });
    const answer = await withOpenAi().complete(callOf(workspaceId));
    const costUsd = (120 * 0.25 + 8 * 2) / 1e6;
    expect(answer).toEqual({
      text: 'Yes, we do.',
      usage: {
        model: 'openai:gpt-5-mini',
        inputTokens: 120,
        outputTokens: 8,
        costUsd: expect.closeTo(costUsd, 10),
      },
    });
    expect(openai.requests[0]).toMatchObject({
      authorization: `Bearer ${KEY}`,
      max_completion_tokens: 512 + 4_096,
    });
    expect(await bench.requestsOf(workspaceId)).toEqual([
      {
        task: 'short_reply',
        model: 'openai:gpt-5-mini',
        tokensIn: 120,
        tokensOut: 8,
        costUsd: expect.closeTo(costUsd, 10),
        cacheHit: false,
        errorCode: null,
        executionId: null,
        nodeId: 'ai',
      },
    ]);
  });

  test('streams', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'text', pieces: ['Yes, ', 'we do.'] });
    const tokens: string[] = [];
    const answer = await withOpenAi().complete(
      callOf(workspaceId, { model: 'openai:gpt-4.1-mini', onToken: (text) => tokens.push(text) }),
    );
    expect(tokens).toEqual(['Yes, ', 'we do.']);
    expect(answer).toMatchObject({ text: 'Yes, we do.', usage: { inputTokens: 120, outputTokens: 8 } });
    expect(openai.requests[0]?.max_tokens).toBe(512);
  });

  test.each<[string, Answer, unknown]>([
    ['by a tool call', { kind: 'tool', args: '{"label":"price"}' }, { label: 'price' }],
    [
      'as text with words around it',
      { kind: 'text', pieces: ['Sure: {"label":"price"}.'] },
      { label: 'price' },
    ],
    ['not at all: malformed arguments', { kind: 'tool', args: '{"label": "pri' }, undefined],
    ['not at all: prose', { kind: 'text', pieces: ['It is about the price.'] }, undefined],
  ])('gives JSON %s', async (_what, given, json) => {
    const workspaceId = await bench.workspace();
    openai.answer(given);
    const answer = await withOpenAi().complete(callOf(workspaceId, { schema }));
    expect(answer.json).toEqual(json);
    expect(answer.usage).toMatchObject({ inputTokens: 120, outputTokens: 8 });
  });

  test('is not asked without a key, and the built-in provider is planned then', async () => {
    const workspaceId = await bench.workspace();
    const none = bench.service({});
    expect(await none.plan(callOf(workspaceId))).toBe('builtin');
    expect(await withOpenAi().plan(callOf(workspaceId))).toBe('model');
    expect(await withOpenAi().plan(callOf(workspaceId, { model: 'builtin' }))).toBe('builtin');
    await expect(none.plan(callOf(workspaceId, { model: 'openai:gpt-5' }))).rejects.toMatchObject({
      code: 'model_key_missing',
    });
    await expect(none.complete(callOf(workspaceId))).rejects.toMatchObject({ code: 'model_key_missing' });
  });

  test('is an estimate where the server counts no tokens, at the price of unknown models', async () => {
    const workspaceId = await bench.workspace();
    openai.answer({ kind: 'text', pieces: ['x'.repeat(40)], withoutUsage: true });
    const service = bench.service({ COMPATIBLE_BASE_URL: openai.url });
    const { usage } = await service.complete(callOf(workspaceId, { model: 'compatible:some' }));
    expect(usage.outputTokens).toBe(10);
    expect(usage.inputTokens).toBeGreaterThan(5);
    const expected = costOf(UNKNOWN_PRICE, { input: usage.inputTokens ?? 0, output: 10 });
    expect(usage.costUsd).toBeCloseTo(expected, 10);
    expect(openai.requests[0]?.authorization).not.toContain(KEY);
  });
});

describe('Anthropic', () => {
  const claude = () =>
    bench.service({ ANTHROPIC_API_KEY: 'sk-ant-secret', ANTHROPIC_BASE_URL: anthropic.url });

  test('gives JSON by a tool call, and streams text', async () => {
    const workspaceId = await bench.workspace();
    anthropic.answer({ input: { label: 'spam' } });
    expect(await claude().complete(callOf(workspaceId, { schema }))).toMatchObject({
      json: { label: 'spam' },
      usage: { model: 'anthropic:claude-haiku-4-5', inputTokens: 50, outputTokens: 5 },
    });
    expect(anthropic.requests[0]?.apiKey).toBe('sk-ant-secret');

    anthropic.answer({ pieces: ['Yes, ', 'we do.'] });
    const tokens: string[] = [];
    const answer = await claude().complete(callOf(workspaceId, { onToken: (text) => tokens.push(text) }));
    expect(answer).toMatchObject({ text: 'Yes, we do.', usage: { inputTokens: 50, outputTokens: 5 } });
    expect(tokens.join('')).toBe('Yes, we do.');
  });

  test('overloaded, with a longer wait than ours, is left to the engine', async () => {
    const workspaceId = await bench.workspace();
    anthropic.answer({ status: 529 });
    await expect(claude().complete(callOf(workspaceId))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
      retryAfterMs: 3_000,
    });
    expect(anthropic.requests).toHaveLength(1);
  });
});

describe('Google', () => {
  const gemini = () => bench.service({ GOOGLE_API_KEY: 'g-secret', GOOGLE_BASE_URL: google.url });

  test('gives JSON by a function call', async () => {
    const workspaceId = await bench.workspace();
    google.answer({ args: { label: 'lead' } });
    const answer = await gemini().complete(callOf(workspaceId, { schema }));
    expect(answer).toMatchObject({ json: { label: 'lead' }, usage: { model: 'google:gemini-2.5-flash' } });
    expect(google.requests[0]).toMatchObject({ model: 'gemini-2.5-flash', apiKey: 'g-secret' });
  });

  test('streams, and thoughts are paid for', async () => {
    const workspaceId = await bench.workspace();
    google.answer({ pieces: ['Ja, ', 'gern.'], thoughts: 200 });
    const tokens: string[] = [];
    const answer = await gemini().complete(callOf(workspaceId, { onToken: (text) => tokens.push(text) }));
    expect(tokens.join('')).toBe('Ja, gern.');
    expect(answer).toMatchObject({ text: 'Ja, gern.', usage: { inputTokens: 70, outputTokens: 206 } });
    expect(google.requests[0]?.generationConfig?.maxOutputTokens).toBe(512 + 4_096);
  });

  test.each<[string, GoogleAnswer, object]>([
    [
      'a bad key',
      { status: 400, reason: 'API_KEY_INVALID' },
      { code: 'model_key_refused', retryable: false },
    ],
    [
      'a limit with its delay',
      { status: 429, retryDelay: '7s' },
      { code: 'model_rate_limit', retryAfterMs: 7_000 },
    ],
  ])('%s', async (_what, given, expected) => {
    const workspaceId = await bench.workspace();
    google.answer(given);
    await expect(gemini().complete(callOf(workspaceId))).rejects.toMatchObject(expected);
  });

  test('is given up on when the caller does', async () => {
    const workspaceId = await bench.workspace();
    const caller = new AbortController();
    caller.abort(new Error('cancelled by a person'));
    google.answer({ pieces: ['x'] });
    const pending = gemini().complete(callOf(workspaceId, { signal: caller.signal }));
    await expect(pending).rejects.toThrow('cancelled by a person');
  });
});

describe("LangChain's agent", () => {
  test('goes the same way with every call: tools, counts, sum', async () => {
    const { createAgent, tool } = await import('langchain');
    const { z } = await import('zod');
    const workspaceId = await bench.workspace();
    openai.answer(
      { kind: 'error', status: 503 },
      { kind: 'tool', name: 'price_of', args: '{"item":"bag"}' },
      { kind: 'text', pieces: ['It is 12 euros.'] },
    );
    const { model, spent } = await withOpenAi().chatModel(callOf(workspaceId));
    const asked: string[] = [];
    const priceOfItem = tool(
      async ({ item }: { item: string }) => {
        asked.push(item);
        return '12 euros';
      },
      { name: 'price_of', description: 'The price of an item.', schema: z.object({ item: z.string() }) },
    );
    const agent = createAgent({ model, tools: [priceOfItem] });
    const result = await agent.invoke({ messages: [{ role: 'user', content: 'How much is the bag?' }] });

    expect(result.messages.at(-1)?.text).toBe('It is 12 euros.');
    expect(asked).toEqual(['bag']);
    expect(openai.requests[2]?.messages.at(-1)).toEqual(
      expect.objectContaining({ role: 'tool', content: '12 euros' }),
    );
    expect(spent()).toMatchObject({ model: 'openai:gpt-5-mini', inputTokens: 240, outputTokens: 16 });
    expect((await bench.requestsOf(workspaceId)).map(({ errorCode }) => errorCode)).toEqual([
      'model_unavailable',
      null,
      null,
    ]);
  });
});
