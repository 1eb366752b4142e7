import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AiService } from '../../engine/services.ts';
import { DEFAULT_GUARDRAILS } from '../contract/ai-guardrails.ts';
import { createAiService } from './ai-service.ts';
import { writeAiChoices } from './ai-settings.ts';
import { removeConnection, saveConnection } from './connections.ts';
import { createGuardrailsReader, writeGuardrails } from './guardrails/guardrails-store.ts';
import { createOpenAiModeration } from './openai-moderation.ts';
import { ENCRYPTION_KEY, startModelCallsBench } from './testing/model-calls-bench.ts';

const signal = new AbortController().signal;
const PASSAGES = [
  { id: '1', documentId: 'd', title: 'Shipping', text: 'We ship to Norway within five days.', score: 1 },
];

let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let pool: pg.Pool;
let statements: string[];
let workspaceId: string;
let ai: AiService;
let plan: () => Promise<string>;

beforeAll(async () => {
  bench = await startModelCallsBench();
});
afterAll(() => bench.close());

beforeEach(async () => {
  workspaceId = await bench.workspace();
  statements = [];
  pool = watched(bench.pool, (text) => statements.push(text));
  const deps = { pool, config: {}, encryptionKey: ENCRYPTION_KEY };
  const calls = bench.service({}, deps);
  ai = createAiService({
    calls,
    guardrailsOf: createGuardrailsReader(pool),
    moderation: createOpenAiModeration(deps),
  }).of({ workspaceId, executionId: null });
  const caller = { workspaceId, executionId: null, nodeId: null };
  plan = () => calls.plan({ caller, task: 'short_reply' });
});

describe('steps of a workspace without a key', () => {
  const classify = () =>
    ai.classify({ text: 'How much is it?', labels: [{ name: 'price' }, { name: 'praise' }] }, signal);
  const reply = () =>
    ai.reply(
      { message: 'Do you ship to Norway?', instructions: 'Be kind.', passages: PASSAGES, maxBytes: 1_000 },
      signal,
    );

  test('read the settings once, and then nothing', async () => {
    await classify();
    await reply();
    expect(statements).toHaveLength(3);
    for (let step = 0; step < 10; step++) {
      await classify();
      await reply();
    }
    expect(statements).toHaveLength(3);
  });

  test('that come at once read them once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => reply()));
    expect(statements).toHaveLength(3);
  });
});

describe('a change in the same process holds at once', () => {
  test('of a key that is stored or removed', async () => {
    expect(await plan()).toBe('builtin');
    const deps = { pool, config: {}, encryptionKey: ENCRYPTION_KEY };
    await saveConnection(deps, workspaceId, 'anthropic', { apiKey: 'sk-ant', baseUrl: null });
    expect(await plan()).toBe('model');
    await removeConnection(pool, workspaceId, 'anthropic');
    expect(await plan()).toBe('builtin');
  });

  test('of the budget', async () => {
    await saveConnection({ pool, config: {}, encryptionKey: ENCRYPTION_KEY }, workspaceId, 'openai', {
      apiKey: 'sk-x',
      baseUrl: null,
    });
    expect(await plan()).toBe('model');
    await writeAiChoices(pool, workspaceId, { budget: { dailyUsd: 0, whenUsedUp: 'builtin' } });
    expect(await plan()).toBe('builtin');
  });

  test('of the guardrails', async () => {
    const guardrailsOf = createGuardrailsReader(pool);
    expect((await guardrailsOf(workspaceId)).blockedPhrases).toEqual([]);
    await writeGuardrails(pool, workspaceId, { ...DEFAULT_GUARDRAILS, blockedPhrases: ['never'] });
    expect((await guardrailsOf(workspaceId)).blockedPhrases).toEqual(['never']);
  });
});

/** The pool, with every statement told. */
function watched(real: pg.Pool, tell: (text: string) => void): pg.Pool {
  const query = (statement: string | { text: string }, values?: unknown[]) => {
    tell(typeof statement === 'string' ? statement : statement.text);
    return real.query(statement as string, values);
  };
  return Object.assign(Object.create(real) as pg.Pool, { query });
}
