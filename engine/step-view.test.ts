import { describe, expect, it } from 'vitest';
import type { ExecutionStatus, StepRecord } from './journal.ts';
import { viewSteps } from './step-view.ts';
import { graphOf } from './testing/fake-nodes.ts';

const graph = graphOf(
  { sort: 'gone.node', yes: 'gone.node', no: 'gone.node', join: 'gone.node', other: 'fake.trigger' },
  ['start sort', 'sort:left yes', 'sort:right no', 'yes join', 'no join'],
);
const done = (nodeId: string, port = 'out'): StepRecord => ({
  nodeId,
  status: 'succeeded',
  attempt: 1,
  ports: [port],
});

describe('viewSteps', () => {
  it.each<[string, StepRecord[], ExecutionStatus, string]>([
    ['queued', [], 'queued', 'start:pending sort:pending yes:pending no:pending join:pending other:skipped'],
    [
      'begun',
      [done('start')],
      'running',
      'start:succeeded sort:running yes:pending no:pending join:pending other:skipped',
    ],
    [
      'past a branch',
      [done('start'), done('sort', 'left')],
      'running',
      'start:succeeded sort:succeeded yes:running no:skipped join:pending other:skipped',
    ],
    [
      'waiting',
      [done('start'), done('sort', 'left'), { nodeId: 'yes', status: 'waiting', attempt: 1 }],
      'waiting',
      'start:succeeded sort:succeeded yes:waiting no:skipped join:pending other:skipped',
    ],
    [
      'failed',
      [done('start'), { nodeId: 'sort', status: 'failed', attempt: 3 }],
      'failed',
      'start:succeeded sort:failed yes:skipped no:skipped join:skipped other:skipped',
    ],
    [
      'ended',
      [done('start'), done('sort', 'right'), done('no'), done('join')],
      'succeeded',
      'start:succeeded sort:succeeded yes:skipped no:succeeded join:succeeded other:skipped',
    ],
  ])('shows an execution that is %s', (_, steps, status, expected) => {
    const views = viewSteps(graph, 'start', steps, status);
    expect(views.map((view) => `${view.nodeId}:${view.status}`).join(' ')).toBe(expected);
  });
});
