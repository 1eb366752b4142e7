import { expect, it } from 'vitest';
import type { AiSettings } from '../../../server/contract/ai.ts';
import { defaultRoute, draftOf, isTokenCount, TASKS, toStored } from './router-draft.ts';

const ROUTER: AiSettings['router'] = {
  provider: null,
  tasks: Object.fromEntries(
    TASKS.map((task) => [
      task,
      {
        model: null,
        maxTokens: 512,
        fallback: null,
        answeredBy: 'builtin',
        problem: null,
        thinkingTokens: 0,
        defaultMaxTokens: 512,
      },
    ]),
  ) as AiSettings['router']['tasks'],
};

it('stores only what differs from the defaults', () => {
  const draft = draftOf(ROUTER);
  expect(toStored(ROUTER, draft)).toEqual({ provider: null, tasks: {} });
  draft.tasks.plan = { ...draft.tasks.plan, fallback: 'google' };
  draft.tasks.crisis = { ...draft.tasks.crisis, maxTokens: 900 };
  expect(toStored(ROUTER, { ...draft, provider: 'openai' })).toEqual({
    provider: 'openai',
    tasks: {
      plan: { model: null, maxTokens: 512, fallback: 'google' },
      crisis: { model: null, maxTokens: 900, fallback: null },
    },
  });
});

it('forgets a task that is reset', () => {
  const stored = draftOf(ROUTER);
  stored.tasks.plan = { model: 'openai:gpt-5', maxTokens: 100, fallback: null };
  stored.tasks.plan = defaultRoute(ROUTER, 'plan');
  expect(toStored(ROUTER, stored).tasks).toEqual({});
});

it.each([
  [16, true],
  [32_000, true],
  [15, false],
  [32_001, false],
  [100.5, false],
  [Number.NaN, false],
])('takes %d for a number of tokens: %s', (value, expected) => {
  expect(isTokenCount(value)).toBe(expected);
});
