import type { z } from 'zod';
import type { AiBudget, AiPrices, AiRouterSettings, AiSettingsUpdate } from '../contract/ai.ts';
import { aiBudgetSchema, aiPricesSchema, aiRouterSchema } from '../contract/ai.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { recentByWorkspace } from './recent-by-workspace.ts';

/** What a workspace says about models, complete. */
export type AiChoices = { router: AiRouterSettings; budget: AiBudget; prices: AiPrices };

/** What a workspace that never said anything has. */
export const DEFAULT_CHOICES: AiChoices = {
  router: { provider: null, tasks: {} },
  budget: { dailyUsd: 5, whenUsedUp: 'builtin' },
  prices: {},
};

/** Keys in the table `settings`. */
const KEYS = { router: 'ai_router', budget: 'ai_budget', prices: 'ai_prices' } as const;

/** As it is now, for who shows or changes it. */
export async function readAiChoices(db: Queryable, workspaceId: string): Promise<AiChoices> {
  const { rows } = await db.query<{ key: string; value: unknown }>({
    name: 'ai-settings',
    text: 'select key, value from settings where workspace_id = $1 and key = any($2)',
    values: [workspaceId, Object.values(KEYS)],
  });
  const stored = <T extends z.ZodType>(name: keyof AiChoices, schema: T): z.output<T> | undefined =>
    schema.safeParse(rows.find(({ key }) => key === KEYS[name])?.value).data;
  return {
    router: stored('router', aiRouterSchema) ?? DEFAULT_CHOICES.router,
    budget: stored('budget', aiBudgetSchema) ?? DEFAULT_CHOICES.budget,
    prices: stored('prices', aiPricesSchema) ?? DEFAULT_CHOICES.prices,
  };
}

/** What calls of models go by: read every few seconds, and at once after a change in this process. */
export const recentAiChoices = recentByWorkspace(readAiChoices);

/** Replaces what is named. */
export async function writeAiChoices(
  db: Queryable,
  workspaceId: string,
  update: AiSettingsUpdate,
): Promise<void> {
  for (const name of ['router', 'budget', 'prices'] as const) {
    if (update[name] === undefined) continue;
    await db.query(
      `insert into settings (workspace_id, key, value) values ($1, $2, $3)
       on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
      [workspaceId, KEYS[name], JSON.stringify(update[name])],
    );
  }
  recentAiChoices.forget(db, workspaceId);
}
