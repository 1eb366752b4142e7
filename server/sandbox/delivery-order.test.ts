import { expect, test } from 'vitest';
import { deliveryOrder, HOLD_MS } from './delivery-order.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const row = (seq: number, workspaceId = 'a', ageMs = 0) => ({
  seq,
  workspaceId,
  at: new Date(NOW.getTime() - ageMs),
});
const well = { duplicateWebhooks: false, reorderWebhooks: false };

test.each([
  ['in order', [row(1), row(2)], well, [1, 2], false],
  ['each twice', [row(1), row(2)], { ...well, duplicateWebhooks: true }, [1, 1, 2, 2], false],
  ['last first', [row(1), row(2)], { ...well, reorderWebhooks: true }, [2, 1], false],
  ['one alone waits for another', [row(1)], { ...well, reorderWebhooks: true }, [], true],
  ['but not for long', [row(1, 'a', HOLD_MS)], { ...well, reorderWebhooks: true }, [1], false],
])('%s', (_name, rows, mood, seqs, isHeld) => {
  const order = deliveryOrder(rows, () => mood, NOW);
  expect({ seqs: order.deliveries.map(({ seq }) => seq), isHeld: order.isHeld }).toEqual({ seqs, isHeld });
});

test('the mood of one workspace is not that of another', () => {
  const rows = [row(1, 'a'), row(2, 'b'), row(3, 'a')];
  const moodOf = (workspaceId: string) => ({ ...well, reorderWebhooks: workspaceId === 'a' });
  expect(deliveryOrder(rows, moodOf, NOW).deliveries.map(({ seq }) => seq)).toEqual([3, 1, 2]);
});
