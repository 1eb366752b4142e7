import { describe, expect, test } from 'vitest';
import { firedOf, NOW, runNode } from '../testing/run-node.ts';
import { Condition } from './condition.ts';
import { Delay } from './delay.ts';
import { Merge } from './merge.ts';
import { SetValues } from './set.ts';
import { Stop } from './stop.ts';
import { Switch } from './switch.ts';

const contains = (compare: string) => ({
  all: [{ value: '{{ trigger.comment.text }}', operator: 'contains', compare }],
});

describe('logic.switch', () => {
  const cases = [
    { name: 'price', when: contains('how much') },
    { name: 'question', when: contains('?') },
  ];

  test.each([
    ['the first case that is true', cases, 'price'],
    ['the order counts', cases.toReversed(), 'question'],
    ['a later case', [{ name: 'size', when: contains('size') }, cases[1]], 'question'],
    ['no case', [{ name: 'size', when: contains('size') }], 'else'],
    ['no cases at all', [], 'else'],
  ])('takes %s', async (_name, given, expected) => {
    const ran = await runNode(Switch, { config: { cases: given } });
    expect(firedOf(ran)).toEqual({ ports: [expected], data: { case: expected } });
  });

  test.each([
    ['else', 'cases.0.name'],
    ['Error', 'cases.0.name'],
  ])('refuses the name %s', (name, field) => {
    const parsed = Switch.description.config.safeParse({ cases: [{ name, when: { all: [] } }] });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([field]);
  });
});

describe('logic.condition', () => {
  test.each([
    [contains('how much'), 'true'],
    [contains('size'), 'false'],
    [undefined, 'true'],
  ])('%j is %s', async (when, port) => {
    const ran = await runNode(Condition, { config: { when } });
    expect(firedOf(ran)).toEqual({ ports: [port], data: { result: port === 'true' } });
  });

  test('hours are those of the clock of the execution', async () => {
    const during = (compare: string) =>
      runNode(Condition, { config: { when: { all: [{ value: '', operator: 'between_hours', compare }] } } });
    expect(firedOf(await during('Mon-Fri 09:00-11:00')).ports).toEqual(['true']);
    expect(firedOf(await during('Mon-Fri 11:00-12:00')).ports).toEqual(['false']);
  });
});

describe('logic.delay', () => {
  test.each([
    [{}, '2026-03-02T10:05:00.000Z'],
    [{ amount: 30, unit: 'seconds' }, '2026-03-02T10:00:30.000Z'],
    [{ amount: 1.5, unit: 'hours' }, '2026-03-02T11:30:00.000Z'],
    [{ amount: 2, unit: 'days' }, '2026-03-04T10:00:00.000Z'],
  ])('%j waits until %s', async (config, until) => {
    const { result } = await runNode(Delay, { config });
    expect(result).toEqual({ kind: 'wait', wait: { for: 'time', until } });
  });

  test('goes on when the time has come', async () => {
    const ran = await runNode(Delay, { resume: { kind: 'time', at: NOW } });
    expect(firedOf(ran).ports).toEqual(['out']);
  });

  test('a dry run does not wait, and says so', async () => {
    const ran = await runNode(Delay, { dryRun: true });
    expect(firedOf(ran).ports).toEqual(['out']);
    expect(ran.logs).toEqual(['A real run waits 5 minutes here.']);
  });

  test('nobody waits for more than a year', () => {
    expect(Delay.description.config.safeParse({ amount: 365, unit: 'days' }).success).toBe(true);
    expect(Delay.description.config.safeParse({ amount: 366, unit: 'days' }).success).toBe(false);
  });
});

test('logic.set keeps lists and numbers as they are and texts as texts', async () => {
  const ran = await runNode(SetValues, {
    config: {
      values: [
        { name: 'tags', value: '{{ steps.a.output.tags }}' },
        { name: 'greeting', value: 'Hi {{ trigger.from.username }}' },
        { name: 'count', value: 3 },
        { name: 'missing' },
      ],
    },
    steps: { a: { output: { tags: ['x', 'y'] } } },
  });
  expect(firedOf(ran).data).toEqual({ tags: ['x', 'y'], greeting: 'Hi mia', count: 3, missing: null });
});

test.each(['__proto__', 'a b', '1a', ''])('logic.set refuses the name %j', (name) => {
  expect(SetValues.description.config.safeParse({ values: [{ name, value: 1 }] }).success).toBe(false);
});

test('logic.merge passes on what the branch that ran has made', async () => {
  const ran = await runNode(Merge, {
    config: { value: '{{ steps.a.output.text }}{{ steps.b.output.text }}' },
    steps: { b: { output: { text: 'from b' } } },
  });
  expect(firedOf(ran).data).toEqual({ value: 'from b' });
});

test('logic.stop ends the execution with its reason', async () => {
  const { result } = await runNode(Stop, { config: { reason: 'Done with {{ trigger.from.username }}' } });
  expect(result).toEqual({ kind: 'stop', data: { reason: 'Done with mia' } });
});
