import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startFakeOpenAi } from '../../server/ai/testing/fake-openai.ts';
import { startFakeServer } from '../../server/knowledge/vector-stores/testing/fake-server.ts';
import { checkModel, configuredProviders } from './evaluated-ai.ts';
import type { Evaluation } from './evaluation.ts';
import { evalIntents } from './intents/eval-intents.ts';
import { evalModeration } from './moderation/eval-moderation.ts';

let chat: Awaited<ReturnType<typeof startFakeOpenAi>>;
let moderations: Awaited<ReturnType<typeof startFakeServer>>;

beforeAll(async () => {
  chat = await startFakeOpenAi();
  chat.always({ kind: 'tool', args: JSON.stringify({ label: 'price', confidence: 0.9 }) });
  const request = z.object({ input: z.string() });
  moderations = await startFakeServer(({ body }) => {
    const isBad = request.parse(body).input.includes('brick');
    const category_scores = { harassment: isBad ? 0.9 : 0.01 };
    return { status: 200, body: { id: 'm', model: 'omni', results: [{ flagged: isBad, category_scores }] } };
  });
});
afterAll(() => {
  chat.close();
  moderations.close();
});

const rows = [
  { intent: 'price', flow: 'price', language: 'en', text: 'how much is it?' },
  { intent: 'lead', flow: 'lead', language: 'en', text: 'I want to order two' },
];

function evaluation(model: string, baseUrl = chat.url): Evaluation & { misses: string[] } {
  const misses: string[] = [];
  return {
    model,
    config: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: baseUrl },
    progress: () => {},
    onMiss: (line) => misses.push(line),
    signal: new AbortController().signal,
    misses,
  };
}

test('a model is asked and judged; what it got wrong is told', async () => {
  const asked = evaluation('openai:fake-small');
  const { timing, intent } = await evalIntents(rows, asked);
  expect(timing).toBeNull();
  expect(intent).toMatchObject({ accuracy: 0.5, confusion: { price: { price: 1 }, lead: { price: 1 } } });
  expect(asked.misses).toContain('lead taken for price: I want to order two');
});

test('the built-in provider is judged without asking anybody', async () => {
  const before = chat.requests.length;
  const { timing, intent } = await evalIntents(rows, evaluation('builtin'));
  expect(intent.rows).toBe(2);
  expect(timing?.shippedSentences).toBeGreaterThan(800);
  expect(chat.requests).toHaveLength(before);
});

test("with OpenAI's key its moderation judges too; the built-in model judges alone", async () => {
  const text = { language: 'en', mayBe: new Set<never>() };
  const texts = [
    { ...text, is: new Set(['insult'] as const), text: 'you are as quick as a brick' },
    { ...text, is: new Set<never>(), text: 'lovely shop' },
  ];
  const withKey = await evalModeration(texts, evaluation('openai', `${moderations.url}/v1`));
  expect(withKey).toMatchObject({
    judgedBy: 'openai:omni-moderation-latest',
    flagged: { precision: 1, recall: 1 },
  });
  const alone = evaluation('builtin', `${moderations.url}/v1`);
  expect(await evalModeration(texts, alone)).toMatchObject({ judgedBy: 'builtin', flagged: { recall: 0 } });
  expect(alone.misses).toEqual(['insult missed: you are as quick as a brick']);
});

test('a model without a key or a name is refused before anything is measured', async () => {
  await expect(checkModel({}, 'openai:gpt-5-mini')).rejects.toThrow('OPENAI_API_KEY');
  await expect(checkModel({}, 'nobody:x')).rejects.toThrow('There is no model "nobody:x"');
  await checkModel({}, 'builtin');
});

test('the providers of the environment are those with a key and a usual model', async () => {
  const config = { ANTHROPIC_API_KEY: 'k', COMPATIBLE_BASE_URL: 'http://127.0.0.1:1/v1' };
  expect(await configuredProviders(config)).toEqual(['anthropic']);
  expect(await configuredProviders({})).toEqual([]);
});
