import { describe, expect, it } from 'vitest';
import { compilePlan } from './compile.ts';
import type { Graph } from './graph.ts';
import { beginPlan } from './plan-next.ts';
import { fakeCatalogue, graphOf } from './testing/fake-nodes.ts';

/** `planned(graph, {start: 'out'})`: what runs next and what is out of reach, by node id. */
function planned(graph: Graph, settled: Record<string, string>) {
  const plan = compilePlan(graph, fakeCatalogue());
  const ports = Object.entries(settled).map(
    ([id, fired]) => [plan.indexOf.get(id)!, fired.split(' ').filter(Boolean)] as const,
  );
  const { ready, skipped } = beginPlan(plan, 'start', new Map(ports));
  const ids = (indexes: number[]) => indexes.map((index) => plan.nodes[index]!.id).join(' ');
  return { ready: ids(ready), skipped: ids(skipped) };
}

const step = 'fake.step';
const branches = graphOf({ sort: step, yes: step, no: step, join: step, last: step }, [
  'start sort',
  'sort:left yes',
  'sort:right no',
  'yes join',
  'no join',
  'join last',
]);

describe('beginPlan', () => {
  it.each<[string, Graph, Record<string, string>, string, string]>([
    ['starts with the trigger', branches, {}, 'start', ''],
    ['goes on behind the trigger', branches, { start: 'out' }, 'sort', ''],
    ['skips what hangs on a port that did not fire', branches, { start: 'out', sort: 'left' }, 'yes', 'no'],
    [
      'runs both branches when both ports fired',
      branches,
      { start: 'out', sort: 'left right' },
      'yes no',
      '',
    ],
    ['joins when one branch is dead', branches, { start: 'out', sort: 'left', yes: 'out' }, 'join', 'no'],
    ['waits for all live branches', branches, { start: 'out', sort: 'left right', no: 'out' }, 'yes', ''],
    [
      'skips all behind a node that fired nothing',
      branches,
      { start: 'out', sort: '' },
      '',
      'yes no join last',
    ],
    [
      'skips a join whose branches all ended',
      branches,
      { start: 'out', sort: 'left', yes: 'left' },
      '',
      'no join last',
    ],
    [
      'leaves other triggers and what only they lead to',
      graphOf({ other: 'fake.trigger', a: step, b: step }, ['start b', 'other a', 'other b']),
      { start: 'out' },
      'b',
      'other a',
    ],
    [
      'skips what nothing leads to',
      graphOf({ a: step, lost: step, after: step }, ['start a', 'lost after']),
      {},
      'start',
      'lost after',
    ],
    [
      'takes two edges of one pair as one',
      graphOf({ a: step, b: step }, ['start a', 'a:left b', 'a:right b']),
      { start: 'out', a: 'right' },
      'b',
      '',
    ],
    [
      'gives ties in document order',
      graphOf({ c: step, a: step, b: step }, ['start b', 'start a', 'start c']),
      { start: 'out' },
      'c a b',
      '',
    ],
    ['ignores ports that lead nowhere', branches, { start: 'out', sort: 'left nowhere' }, 'yes', 'no'],
  ])('%s', (_, graph, settled, ready, skipped) => {
    expect(planned(graph, settled)).toEqual({ ready, skipped });
  });

  it('refuses a trigger that the plan does not have', () => {
    const plan = compilePlan(branches, fakeCatalogue());
    expect(() => beginPlan(plan, 'ghost')).toThrow('no trigger "ghost"');
  });
});
