/** What a webhook's order depends on. */
export type Pending = { seq: number; workspaceId: string; at: Date };
export type DeliveryMood = { duplicateWebhooks: boolean; reorderWebhooks: boolean };

/** How long an event waits for another one that it can change places with. */
export const HOLD_MS = 1_500;

/**
 * In which order the events that wait are delivered, and how often each. Meta promises neither the order nor that each comes
 * once ("Webhooks"); where a workspace wants to see that, its events come last first and twice.
 * @returns `isHeld`: some event is kept back and wants to be looked at again after `HOLD_MS`
 */
export function deliveryOrder<Row extends Pending>(
  rows: readonly Row[],
  moodOf: (workspaceId: string) => DeliveryMood,
  now: Date,
): { deliveries: Row[]; isHeld: boolean } {
  const byWorkspace = Map.groupBy(rows, ({ workspaceId }) => workspaceId);
  let isHeld = false;
  const deliveries = [...byWorkspace].flatMap(([workspaceId, own]) => {
    const { duplicateWebhooks, reorderWebhooks } = moodOf(workspaceId);
    const isAlone = own.length === 1 && own.every(({ at }) => now.getTime() - at.getTime() < HOLD_MS);
    if (reorderWebhooks && isAlone) {
      isHeld = true;
      return [];
    }
    const ordered = reorderWebhooks ? own.toReversed() : own;
    return duplicateWebhooks ? ordered.flatMap((row) => [row, row]) : ordered;
  });
  return { deliveries, isHeld };
}
