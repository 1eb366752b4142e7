import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runRetention } from '../retention/retention-run.ts';
import type { AnswerParts } from './answer-cache.ts';
import { answerKey, createAnswerCache } from './answer-cache.ts';
import { startModelCallsBench } from './testing/model-calls-bench.ts';

let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
beforeAll(async () => {
  bench = await startModelCallsBench();
});
afterAll(() => bench.close());

const parts: AnswerParts = {
  question: 'How much is it?',
  instructions: 'Be brief.',
  model: 'openai:m',
  knowledgeVersion: '7',
};

describe('the key of an answer', () => {
  test.each(['how much  is it', 'HOW MUCH IS IT?!', ' How\nmuch is it… ', 'Ｈow much is it?'])(
    '%j is the same question',
    (question) => expect(answerKey({ ...parts, question })).toBe(answerKey(parts)),
  );

  test.each<[string, Partial<AnswerParts>]>([
    ['another question', { question: 'How much is that?' }],
    ['other instructions', { instructions: 'Be long.' }],
    ['another model', { model: 'openai:n' }],
    ['knowledge that changed', { knowledgeVersion: '8' }],
  ])('%s has another', (_what, change) => {
    expect(answerKey({ ...parts, ...change })).not.toBe(answerKey(parts));
  });
});

describe('the cache', () => {
  const key = answerKey(parts);
  const of = (workspaceId: string) => ({
    caller: { workspaceId, executionId: null, nodeId: 'n' },
    task: 'short_reply' as const,
    model: 'openai:m',
    key,
  });
  const cacheOfAProcess = () => {
    const { requests } = bench.service({});
    return createAnswerCache({ pool: bench.pool, log: bench.log, requests });
  };

  test('is shared by processes, not by workspaces, and hits are counted', async () => {
    const [mine, other] = [await bench.workspace(), await bench.workspace()];
    await cacheOfAProcess().put({ workspaceId: mine, key }, { text: '12 euros' });
    const second = cacheOfAProcess();
    expect(await second.get(of(mine))).toEqual({ text: '12 euros' });
    expect(await second.get(of(other))).toBeUndefined();
    expect(await bench.requestsOf(mine)).toMatchObject([{ task: 'short_reply', cacheHit: true, costUsd: 0 }]);
    expect(await bench.requestsOf(other)).toEqual([]);
  });

  test('forgets after its time, and retention removes the row', async () => {
    const workspaceId = await bench.workspace();
    const cache = cacheOfAProcess();
    await cache.put({ workspaceId, key }, 'old');
    await bench.pool.query(
      `update ai_answers set expires_at = now() - interval '1 second' where workspace_id = $1`,
      [workspaceId],
    );
    expect(await cache.get(of(workspaceId))).toBeUndefined();
    await runRetention(bench.pool, { rest: async () => {}, signal: new AbortController().signal });
    const { rowCount } = await bench.pool.query('select 1 from ai_answers where workspace_id = $1', [
      workspaceId,
    ]);
    expect(rowCount).toBe(0);
  });

  test('leaves long answers out, and a broken database is a miss', async () => {
    const workspaceId = await bench.workspace();
    const cache = cacheOfAProcess();
    await cache.put({ workspaceId, key }, 'x'.repeat(70_000));
    expect(await cache.get(of(workspaceId))).toBeUndefined();
    expect(await cache.get(of('not a workspace'))).toBeUndefined();
    await cache.put({ workspaceId: 'not a workspace', key }, 'x');
  });
});

test('retention keeps 30 days of calls', async () => {
  const workspaceId = await bench.workspace();
  await bench.pool.query(
    `insert into ai_requests (id, workspace_id, at, task, model, latency_ms)
     select gen_random_uuid(), $1, now() - make_interval(days => d), 'plan', 'm' || d, 1 from unnest(array[29, 31]) d`,
    [workspaceId],
  );
  await runRetention(bench.pool, { rest: async () => {}, signal: new AbortController().signal });
  expect(await bench.requestsOf(workspaceId)).toMatchObject([{ model: 'm29' }]);
});
