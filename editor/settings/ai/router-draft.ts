import type { z } from 'zod';
import type { AiRouterSettings, AiSettings, TaskRoute } from '../../../server/contract/ai.ts';
import { aiTaskSchema } from '../../../server/contract/ai.ts';

export type AiTask = z.output<typeof aiTaskSchema>;

/** What the page of tasks edits: complete, unlike what is stored. `maxTokens` is NaN while its field is empty. */
export type RouterDraft = {
  provider: AiRouterSettings['provider'];
  tasks: Record<AiTask, TaskRoute>;
};

/** In the order of the page: often and small first. */
export const TASKS: readonly AiTask[] = aiTaskSchema.options;

export const MOST_TOKENS = 32_000;
export const LEAST_TOKENS = 16;

type Router = AiSettings['router'];

export function draftOf({ provider, tasks }: Router): RouterDraft {
  const route = (task: AiTask): TaskRoute => {
    const { model, maxTokens, fallback } = tasks[task];
    return { model, maxTokens, fallback };
  };
  return {
    provider,
    tasks: Object.fromEntries(TASKS.map((task) => [task, route(task)])) as RouterDraft['tasks'],
  };
}

/** What a task has that the settings don't name. */
export const defaultRoute = (router: Router, task: AiTask): TaskRoute => ({
  model: null,
  maxTokens: router.tasks[task].defaultMaxTokens,
  fallback: null,
});

export const isDefault = (router: Router, task: AiTask, route: TaskRoute): boolean =>
  route.model === null && route.fallback === null && route.maxTokens === router.tasks[task].defaultMaxTokens;

/** What is stored: tasks with their defaults are left out, so that they follow when those change. */
export function toStored(router: Router, draft: RouterDraft): AiRouterSettings {
  const changed = TASKS.filter((task) => !isDefault(router, task, draft.tasks[task]));
  return {
    provider: draft.provider,
    tasks: Object.fromEntries(changed.map((task) => [task, draft.tasks[task]])),
  };
}

export const isTokenCount = (value: number): boolean =>
  Number.isInteger(value) && value >= LEAST_TOKENS && value <= MOST_TOKENS;
