import type { AiBudget } from '../../contract/ai.ts';
import type { Notice } from '../../notifications/notify.ts';

/** Said once a day: the key has the day in it. */
const ONCE = 86_400;

/** Most of the budget is spent. */
export function warning(budget: {
  workspaceId: string;
  day: string;
  spentUsd: number;
  dailyUsd: number;
}): Notice {
  const { workspaceId, day, spentUsd, dailyUsd } = budget;
  return {
    workspaceId,
    kind: 'ai_budget_warning',
    key: `ai_budget_warning:${day}`,
    title: 'Most of the AI budget of today is spent',
    text: `$${spentUsd.toFixed(2)} of $${dailyUsd.toFixed(2)} (${day}, UTC).`,
    link: '/settings',
    atMostEverySeconds: ONCE,
  };
}

const CONSEQUENCE: Record<AiBudget['whenUsedUp'], string> = {
  builtin: 'Until midnight UTC the built-in provider answers.',
  hold: 'Until midnight UTC steps with AI wait for a person.',
  stop: 'Until midnight UTC steps with AI fail.',
};

/** Nothing of it is left. */
export function exhausted(workspaceId: string, day: string, { dailyUsd, whenUsedUp }: AiBudget): Notice {
  return {
    workspaceId,
    kind: 'ai_budget_used_up',
    key: `ai_budget_used_up:${day}`,
    title: 'The AI budget of today is used up',
    text: `$${dailyUsd.toFixed(2)} (${day}). ${CONSEQUENCE[whenUsedUp]}`,
    link: '/settings',
    atMostEverySeconds: ONCE,
  };
}
