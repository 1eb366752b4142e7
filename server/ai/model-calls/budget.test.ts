import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AiBudget } from '../../contract/ai.ts';
import type { ModelCall } from '../model-calls.ts';
import type { Answer, FakeOpenAi } from '../testing/fake-openai.ts';
import { startFakeOpenAi } from '../testing/fake-openai.ts';
import { callOf, startModelCallsBench } from '../testing/model-calls-bench.ts';
import type { ModelCallsDeps } from './create-model-calls.ts';

const KEY = 'sk-secret';
let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
beforeAll(async () => {
  bench = await startModelCallsBench();
  openai = await startFakeOpenAi();
});
afterAll(async () => {
  openai.close();
  await bench.close();
});

const withOpenAi = (rest: Partial<ModelCallsDeps> = {}) =>
  bench.service({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url }, rest);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (reason: unknown) => reason,
  );
const failWith = (...statuses: number[]) =>
  openai.answer(...statuses.map((status): Answer => ({ kind: 'error', status })));

describe('the budget', () => {
  /** 120 tokens in, 8 out. */
  const COST = 0.001;
  const prices = { 'openai:m': { inputUsd: 0, outputUsd: (COST * 1e6) / 8 } };
  const call = (workspaceId: string, rest: Partial<ModelCall> = {}) =>
    callOf(workspaceId, { model: 'openai:m', maxTokens: 16, ...rest });
  const spent = async (workspaceId: string) => {
    const { rows } = await bench.pool.query<{ spent: number }>(
      'select spent_usd as spent from ai_budget_days where workspace_id = $1',
      [workspaceId],
    );
    return rows[0]?.spent ?? 0;
  };
  const workspaceWith = (dailyUsd: number, whenUsedUp: AiBudget['whenUsedUp'] = 'stop') =>
    bench.workspace({ prices, budget: { dailyUsd, whenUsedUp } });

  test('for ten is not exceeded by more than one call when fifty come at once, from two processes', async () => {
    const workspaceId = await workspaceWith(10 * COST);
    openai.answer();
    openai.always({ kind: 'text', pieces: ['ok'] });
    const processes = [withOpenAi(), withOpenAi()];
    const calls = Array.from({ length: 50 }, (_, index) =>
      failureOf(processes[index % 2]!.complete(call(workspaceId))),
    );
    const failures = await Promise.all(calls);
    openai.always({ kind: 'error', status: 500 });

    const answered = failures.filter((failure) => failure === null).length;
    const rows = await bench.requestsOf(workspaceId);
    expect(openai.requests).toHaveLength(answered);
    expect(answered).toBeGreaterThanOrEqual(9);
    expect(await spent(workspaceId)).toBeLessThanOrEqual(10 * COST + COST);
    expect(await spent(workspaceId)).toBeCloseTo(answered * COST, 8);
    expect(rows).toHaveLength(answered);
    for (const failure of failures.filter((each) => each !== null)) {
      expect(failure).toMatchObject({ code: 'budget_used_up', retryable: false });
    }
    const left = await bench.pool.query('select 1 from ai_reservations where workspace_id = $1', [
      workspaceId,
    ]);
    expect(left.rowCount).toBe(0);
  });

  test.each<[AiBudget['whenUsedUp'], 'builtin' | { code: string }]>([
    ['builtin', 'builtin'],
    ['hold', { code: 'budget_used_up' }],
    ['stop', { code: 'budget_used_up' }],
  ])('that is used up, with %s', async (whenUsedUp, expected) => {
    const workspaceId = await workspaceWith(COST, whenUsedUp);
    await bench.pool.query(
      `insert into ai_budget_days (workspace_id, day, spent_usd) values ($1, (now() at time zone 'utc')::date, $2)`,
      [workspaceId, COST / 2],
    );
    const service = withOpenAi();
    const planned = service.plan(call(workspaceId));
    if (typeof expected === 'string') expect(await planned).toBe(expected);
    else await expect(planned).rejects.toMatchObject({ ...expected, details: { whenUsedUp } });
    openai.answer();
    await expect(service.complete(call(workspaceId))).rejects.toMatchObject({
      code: 'budget_used_up',
      details: { whenUsedUp },
    });
    expect(openai.requests).toEqual([]);
    const { rows } = await bench.pool.query('select kind from notifications where workspace_id = $1', [
      workspaceId,
    ]);
    expect(rows).toEqual([{ kind: 'ai_budget_used_up' }]);
  });

  test('holds nobody back from models that cost nothing', async () => {
    const workspaceId = await workspaceWith(0);
    openai.answer({ kind: 'text', pieces: ['ok'] });
    const service = bench.service({ OLLAMA_BASE_URL: openai.url });
    expect(await service.plan(callOf(workspaceId))).toBe('model');
    expect(await service.complete(callOf(workspaceId))).toMatchObject({ text: 'ok', usage: { costUsd: 0 } });
  });

  test('warns once when most of it is spent', async () => {
    const workspaceId = await workspaceWith(10 * COST);
    const service = withOpenAi();
    const kinds = async () => {
      await service.requests.idle();
      const { rows } = await bench.pool.query<{ kind: string }>(
        'select kind from notifications where workspace_id = $1',
        [workspaceId],
      );
      return rows.map(({ kind }) => kind);
    };
    const askTimes = async (times: number) => {
      for (let time = 0; time < times; time++) {
        openai.answer({ kind: 'text', pieces: ['ok'] });
        await service.complete(call(workspaceId));
      }
    };
    await askTimes(7);
    expect(await kinds()).toEqual([]);
    await askTimes(1);
    expect(await kinds()).toEqual(['ai_budget_warning']);
    await bench.pool.query('delete from notifications where workspace_id = $1', [workspaceId]);
    await askTimes(1);
    expect(await kinds()).toEqual([]);
  });

  test('gets back what a failed call had reserved, and what a dead process had', async () => {
    const workspaceId = await workspaceWith(2 * COST);
    const service = withOpenAi();
    failWith(400);
    await failureOf(service.complete(call(workspaceId)));
    await service.requests.idle();
    expect(await spent(workspaceId)).toBeCloseTo(0, 10);

    await bench.pool.query('update ai_budget_days set spent_usd = $2 where workspace_id = $1', [
      workspaceId,
      2 * COST,
    ]);
    await bench.pool.query(
      `insert into ai_reservations (id, workspace_id, usd, expires_at)
       values (gen_random_uuid(), $1, $2, now() - interval '1 second')`,
      [workspaceId, 2 * COST],
    );
    openai.answer({ kind: 'text', pieces: ['ok'] });
    expect(await service.complete(call(workspaceId))).toMatchObject({ text: 'ok' });
  });
});
