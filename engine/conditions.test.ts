import { describe, expect, it } from 'vitest';
import { conditionGroupSchema, conditionSchema, evaluateConditions, type Operator } from './conditions.ts';
import { renderConfig } from './templates.ts';

const holds = (value: unknown, operator: Operator, compare?: unknown, now?: Date) =>
  evaluateConditions({ all: [{ value, operator, compare }] }, now);

describe('evaluateConditions', () => {
  it.each<[unknown, Operator, unknown, boolean]>([
    ['Lead ', 'equals', 'lead', true],
    ['3', 'equals', 3, true],
    ['3.0', 'equals', '3', true],
    ['lead', 'equals', 'praise', false],
    [undefined, 'equals', '', true],
    ['lead', 'not_equals', 'praise', true],
    ['How MUCH is it?', 'contains', 'much', true],
    [['a', 'B'], 'contains', 'b', true],
    [['ab'], 'contains', 'b', false],
    ['hello', 'not_contains', 'x', true],
    ['Price please', 'starts_with', 'price', true],
    ['Price please', 'ends_with', 'PLEASE', true],
    ['order 1234', 'matches', '\\d{4}', true],
    ['order', 'matches', '^\\d+$', false],
    ['PREIS', 'matches', 'preis|price', true],
    [5, 'greater_than', '4', true],
    ['0.9', 'greater_than', 0.95, false],
    ['many', 'greater_than', 1, false],
    [2, 'less_than', 3, true],
    [3, 'at_least', 3, true],
    [3, 'at_most', 2, false],
    ['  ', 'is_empty', undefined, true],
    [[], 'is_empty', undefined, true],
    [0, 'is_empty', undefined, false],
    ['x', 'is_not_empty', undefined, true],
    ['b', 'is_one_of', 'a, B ,c', true],
    ['b', 'is_one_of', ['a', 'c'], false],
    [true, 'is_true', undefined, true],
    ['yes', 'is_true', undefined, true],
    [undefined, 'is_false', undefined, true],
    ['2026-01-01', 'before', '2026-01-02', true],
    ['2026-01-03T00:00:00Z', 'after', '2026-01-02', true],
    ['', 'before', '2026-01-02', false],
  ])('%j %s %j is %s', (value, operator, compare, expected) => {
    expect(holds(value, operator, compare)).toBe(expected);
  });

  it.each([
    // 2026-01-05 is a Monday; Berlin is one hour ahead of UTC.
    ['2026-01-05T08:30:00Z', '09:00-17:00 Europe/Berlin', true],
    ['2026-01-05T07:59:00Z', '09:00-17:00 Europe/Berlin', false],
    ['2026-01-05T16:00:00Z', '09:00-17:00 Europe/Berlin', false],
    ['2026-01-05T16:30:00Z', '09:00-17:00', true],
    ['2026-01-05T23:30:00Z', '18:00-09:00', true],
    ['2026-01-05T08:59:00Z', '18:00-09:00', true],
    ['2026-01-05T09:00:00Z', '18:00-09:00', false],
    ['2026-01-04T12:00:00Z', 'Mon-Fri 09:00-17:00', false],
    ['2026-01-05T12:00:00Z', 'Mon-Fri 09:00-17:00', true],
    ['2026-01-04T12:00:00Z', 'Sat,Sun 09:00-17:00', true],
    ['2026-01-05T02:00:00Z', 'Sun 22:00-06:00', true],
    ['2026-01-05T02:00:00Z', 'Mon 22:00-06:00', false],
    ['2026-01-05T12:00:00Z', '00:00-24:00', true],
  ])('%s between %s is %s', (now, hours, expected) => {
    expect(holds('', 'between_hours', hours, new Date(now))).toBe(expected);
    expect(holds(now, 'between_hours', hours, new Date('2020-06-06T12:00:00Z'))).toBe(expected);
  });

  it('needs all, or any', () => {
    const yes = { value: 1, operator: 'equals', compare: 1 } as const;
    const no = { ...yes, compare: 2 };
    expect(evaluateConditions({ all: [yes, no] })).toBe(false);
    expect(evaluateConditions({ any: [yes, no] })).toBe(true);
    expect(evaluateConditions({ all: [] })).toBe(true);
    expect(evaluateConditions({ any: [] })).toBe(false);
  });

  it('answers a hostile pattern in time linear to the text', () => {
    expect(holds('a'.repeat(50_000), 'matches', '^(a+)+$x')).toBe(false);
  });

  it.each<[Operator, unknown, unknown]>([
    ['matches', 'x', '(?<=a)b'],
    ['between_hours', '', 'nine to five'],
    ['between_hours', '', '09:00-17:00 Europe/Atlantis'],
    ['before', 'x', '2026-01-01'],
  ])('%s says what it can not read', (operator, value, compare) => {
    expect(() => holds(value, operator, compare)).toThrow(expect.objectContaining({ code: 'bad_condition' }));
  });
});

describe('conditionGroupSchema', () => {
  it('finds a bad pattern before a comment comes in, but leaves templates alone', () => {
    const condition = { value: '{{ trigger.comment.text }}', operator: 'matches' };
    expect(conditionSchema.safeParse({ ...condition, compare: '(' }).success).toBe(false);
    expect(conditionSchema.safeParse({ ...condition, compare: '{{ steps.a.output }}(' }).success).toBe(true);
  });

  it('keeps raw values through rendering', () => {
    const group = { any: [{ value: '{{ trigger.tags }}', operator: 'contains', compare: 'vip' }] };
    const scope = { trigger: { tags: ['vip'] }, steps: {} };
    const rendered = conditionGroupSchema.parse(renderConfig(group, conditionGroupSchema, scope));
    expect(evaluateConditions(rendered)).toBe(true);
  });
});
