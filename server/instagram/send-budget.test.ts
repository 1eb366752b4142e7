import { describe, expect, it } from 'vitest';
import { DEFAULT_RATE_LIMITS } from './rate-limits.ts';
import type { Answer } from './send-budget.ts';
import { budgetOf, slotsOf, spareOf, standingOf } from './send-budget.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
const answer = (given: Partial<Answer> = {}): Answer => ({
  nowMs: NOW,
  baseMs: NOW,
  reserved: 10,
  taken: 10,
  blockedUntilMs: null,
  ...given,
});

describe('a budget', () => {
  it.each(Object.entries(DEFAULT_RATE_LIMITS))(
    'of %s drained as fast as it allows stays within the limit',
    (_family, limit) => {
      const { intervalMs, burst } = budgetOf(limit);
      const times = Array.from({ length: limit.count * 3 }, (_, index) =>
        Math.max(0, (index + 1 - burst) * intervalMs),
      );
      const most = Math.max(
        ...times.map((start) => times.filter((at) => at >= start && at < start + limit.perMs - 1e-6).length),
      );
      expect(most).toBe(limit.count);
    },
  );

  it('takes spare permits only where the pace is high', () => {
    expect(budgetOf(DEFAULT_RATE_LIMITS.private_replies).spare).toBe(0);
    expect(budgetOf(DEFAULT_RATE_LIMITS.messages).spare).toBe(9);
  });
});

describe('turns', () => {
  const budget = { intervalMs: 1_000, burst: 2, spare: 0 };

  it.each([
    ['a full bucket', {}, [0, 0, 1_000, 2_000]],
    ['an empty bucket', { baseMs: NOW + 2_000 }, [1_000, 2_000, 3_000, 4_000]],
    ['a long queue', { baseMs: NOW + 60_000 }, [59_000, 60_000, 61_000, 62_000]],
    [
      'a pause, after which the bucket is empty',
      { baseMs: NOW + 32_000, blockedUntilMs: NOW + 30_000 },
      [31_000, 32_000, 33_000, 34_000],
    ],
    ['a pause that is over', { blockedUntilMs: NOW - 1 }, [0, 0, 1_000, 2_000]],
  ])('of %s', (_case, given, waits) => {
    const slots = slotsOf(budget, answer(given), 4);
    expect(slots.map((slot) => slot.kind === 'slot' && slot.waitMs)).toEqual(waits);
  });

  it('are not given to those whose turn is too far away', () => {
    expect(slotsOf(budget, answer({ reserved: 1 }), 3).map(({ kind }) => kind)).toEqual([
      'slot',
      'too_long',
      'too_long',
    ]);
  });

  it('leave what was taken beside them as spare, except in a pause', () => {
    expect(spareOf(answer({ reserved: 2, taken: 5 }))).toBe(3);
    expect(spareOf(answer({ reserved: 2, taken: 5, blockedUntilMs: NOW + 1 }))).toBe(0);
  });
});

describe('a turn that was given before', () => {
  const fast = { intervalMs: 10, burst: 10, spare: 10 };
  const slow = { intervalMs: 10_000, burst: 300, spare: 0 };
  const from = (ms: number) => ({
    accountId: 'a',
    family: 'replies',
    from: new Date(NOW + ms).toISOString(),
  });

  it.each([
    ['right on time', 0, fast, null, { kind: 'due', waitMs: 0 }],
    ['a moment too early, by a rounded clock', 20, fast, null, { kind: 'due', waitMs: 20 }],
    ['for somebody else, later', 5_000, fast, null, { kind: 'early' }],
    ['a little late', -1_500, fast, null, { kind: 'due', waitMs: 0 }],
    ['so late that many would send at once', -2_500, fast, null, { kind: 'lapsed' }],
    ['late, where the pace is slow', -50_000, slow, null, { kind: 'due', waitMs: 0 }],
    ['of before a stop of the process', -70_000, slow, null, { kind: 'lapsed' }],
    ['overtaken by a pause', 0, slow, NOW + 1_000, { kind: 'lapsed' }],
    ['overtaken by a pause that is over', -2_000, slow, NOW - 1_000, { kind: 'lapsed' }],
    ['of after a pause', 0, slow, NOW - 1_000, { kind: 'due', waitMs: 0 }],
  ] as const)('%s', (_case, offsetMs, budget, blockedUntilMs, standing) => {
    expect(standingOf(from(offsetMs), budget, { nowMs: NOW, blockedUntilMs })).toEqual(standing);
  });
});
