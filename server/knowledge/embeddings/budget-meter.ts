import type pg from 'pg';
import { NodeError } from '../../../engine/errors.ts';
import { recentAiChoices } from '../../ai/ai-settings.ts';
import type { Reservation } from '../../ai/budgets.ts';
import { reserve } from '../../ai/budgets.ts';
import { exhausted } from '../../ai/model-calls/budget-notices.ts';
import { holdBack } from '../../ai/model-calls/hold-back.ts';
import type { RequestLog } from '../../ai/model-calls/request-log.ts';
import { costOf, likelyTokens, mostTokens } from '../../ai/prices.ts';
import type { Live } from '../../context.ts';
import type { AiBudget } from '../../contract/ai.ts';
import type { Logger } from '../../log.ts';
import { notify } from '../../notifications/notify.ts';
import { embeddingPriceOf } from './embedding-models.ts';
import type { EmbeddingMeter, MeteredCall } from './meter.ts';

type Deps = { pool: pg.Pool; live: Live; log: Logger; requests: Pick<RequestLog, 'add'> };

/**
 * The day's AI budget of a workspace holds for embeddings as for models, and their calls stand in `ai_requests` under the
 * task `embed`. What costs nothing is counted and never held back.
 */
export function createBudgetMeter(deps: Deps): EmbeddingMeter {
  return {
    async hold(call) {
      const { workspaceId, model, bytes } = call;
      const { budget, prices } = await recentAiChoices.of(deps.pool, workspaceId);
      const price = embeddingPriceOf(model, prices);
      const usd = costOf(price, { input: mostTokens(bytes), output: 0 });
      const reservation = usd === 0 ? undefined : await holdBackFor(deps, call, usd, budget);
      return {
        end({ tokens, ...outcome }) {
          const tokensIn = tokens ?? likelyTokens(bytes);
          deps.requests.add({
            ...outcome,
            workspaceId,
            executionId: null,
            nodeId: null,
            task: 'embed',
            model,
            tokensIn,
            costUsd: costOf(price, { input: tokensIn, output: 0 }),
            reservation,
            dailyUsd: budget.dailyUsd,
          });
        },
      };
    },
  };
}

async function holdBackFor(
  { pool, live, log }: Deps,
  { workspaceId, kind, signal }: MeteredCall,
  usd: number,
  budget: AiBudget,
): Promise<Reservation> {
  if (kind === 'question') {
    // One look and no waiting: found by words now is better than found by meaning later.
    const reservation = await reserve(pool, { workspaceId, usd, dailyUsd: budget.dailyUsd });
    if (reservation) return reservation;
    throw new NodeError('budget_held', "The rest of today's AI budget does not reach for this question.");
  }
  const onUsedUp = async (day: string) => {
    await notify({ pool, live }, exhausted(workspaceId, day, budget)).catch((error: unknown) =>
      log.warn({ err: error, workspaceId }, 'People could not be told of a budget'),
    );
  };
  return holdBack({ pool, onUsedUp }, { workspaceId, usd, budget, signal });
}
