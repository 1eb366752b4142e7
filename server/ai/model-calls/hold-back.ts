import { setTimeout as sleep } from 'node:timers/promises';
import { NodeError } from '../../../engine/errors.ts';
import type { AiBudget } from '../../contract/ai.ts';
import type { Queryable } from '../../flows/flow-store.ts';
import type { Reservation } from '../budgets.ts';
import { releaseExpired, reserve, spendingToday } from '../budgets.ts';

/** While others' reservations hold the rest of the budget: they mostly cost far less than they hold. */
const LONGEST_WAIT_MS = 20_000;
const LOOK_AGAIN_MS = 200;

/**
 * Reserves what a call may cost. While only calls under way stand in the way, it waits for them; after that the step comes
 * back later without using up an attempt.
 * @param onUsedUp told before it throws
 * @throws NodeError `budget_used_up`; `budget_held` (throttled)
 */
export async function holdBack(
  deps: { pool: Queryable; onUsedUp: (day: string) => Promise<void> },
  request: { workspaceId: string; usd: number; budget: AiBudget; signal: AbortSignal },
): Promise<Reservation> {
  const { workspaceId, usd, budget, signal } = request;
  const { dailyUsd } = budget;
  const giveUpAt = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    signal.throwIfAborted();
    const reservation = await reserve(deps.pool, { workspaceId, usd, dailyUsd });
    if (reservation) return reservation;
    if ((await releaseExpired(deps.pool, workspaceId)) > 0) continue;
    const { day, spentUsd, reservedUsd } = await spendingToday(deps.pool, workspaceId);
    if (spentUsd + usd > dailyUsd) {
      await deps.onUsedUp(day);
      throw usedUp(budget, spentUsd, usd);
    }
    // Settled between the two looks: there may be room now.
    if (reservedUsd > 0 && performance.now() > giveUpAt) throw held();
    await sleep(LOOK_AGAIN_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
  }
}

/** @param usd what the call may cost */
export function usedUp(budget: AiBudget, spentUsd: number, usd: number): NodeError {
  return new NodeError(
    'budget_used_up',
    `Today's AI budget is used up: ${dollars(spentUsd)} of ${dollars(budget.dailyUsd)} are spent, and this call may cost ${dollars(usd)}. It begins anew at midnight UTC; raise it under Settings.`,
    { details: { whenUsedUp: budget.whenUsedUp, spentUsd, dailyUsd: budget.dailyUsd } },
  );
}

const held = () =>
  new NodeError(
    'budget_held',
    "Calls under way may use up the rest of today's AI budget. This one waits for them.",
    {
      throttled: true,
      retryAfterMs: 2_000 + Math.random() * 3_000,
    },
  );

const dollars = (usd: number) => `$${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`;
