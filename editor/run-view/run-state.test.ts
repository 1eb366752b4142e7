import { describe, expect, it } from 'vitest';
import type { LiveEvent, LiveEventType } from '../../server/contract/live.ts';
import { testGraph } from '../canvas/testing/node-types.ts';
import { runsAfter } from './recent-runs.ts';
import { applyLiveEvent, durationText, edgeState, emptyRun, type Run } from './run-state.ts';

const AT = '2026-01-01T10:00:00.000Z';

function event(seq: number, type: LiveEventType, nodeId: string | undefined, data: unknown): LiveEvent {
  return { type, seq, at: AT, topic: 'flow:f', executionId: 'run', ...(nodeId && { nodeId }), data };
}

const play = (events: LiveEvent[], run: Run = emptyRun('run', AT)) => events.reduce(applyLiveEvent, run);

const classified = [
  event(1, 'execution.started', undefined, { status: 'running', title: '@mia: hi' }),
  event(2, 'step.started', 'classify', { attempt: 1 }),
  event(3, 'step.log', 'classify', { at: AT, level: 'info', message: 'sure' }),
  event(4, 'step.token', 'classify', { text: 'pra' }),
  event(5, 'step.token', 'classify', { text: 'ise' }),
];
const praise = event(6, 'step.finished', 'classify', {
  status: 'succeeded',
  ports: ['praise'],
  output: { label: 'praise' },
});

describe('a run under live events', () => {
  it('shows the step that runs, its log and the text as it is written', () => {
    const run = play(classified);
    expect(run).toMatchObject({ status: 'running', title: '@mia: hi' });
    expect(run.steps.get('classify')).toMatchObject({ status: 'running', logs: [{ message: 'sure' }] });
    expect(run.tokens.get('classify')).toBe('praise');
  });

  it('takes a repeated event once', () => {
    const run = play([...classified, ...classified]);
    expect(run.tokens.get('classify')).toBe('praise');
    expect(run.steps.get('classify')?.logs).toHaveLength(1);
  });

  it('ignores other runs and data it can not read', () => {
    const run = play(classified);
    expect(applyLiveEvent(run, { ...praise, executionId: 'other' })).toBe(run);
    expect(applyLiveEvent(run, event(7, 'step.finished', 'x', null)).steps.get('x')?.status).toBe(
      'succeeded',
    );
  });

  it('tells taken edges from dead ones', () => {
    const [intoClassify, intoReply] = testGraph().edges;
    const before = play(classified);
    expect(edgeState(before, intoReply!)).toBe('none');
    const after = play([praise], before);
    expect(edgeState(after, intoReply!)).toBe('taken');
    expect(edgeState(after, { ...intoReply!, sourceHandle: 'question' })).toBe('dead');
    expect(edgeState(play([event(7, 'step.started', 'reply', {})], after), intoReply!)).toBe('active');
    expect(edgeState(null, intoClassify!)).toBe('none');
  });
});

describe('the strip of runs', () => {
  it('puts a new run first and keeps its state', () => {
    const first = runsAfter(
      [],
      [event(1, 'execution.queued', undefined, { createdAt: AT, title: 'a' })],
      'f',
    );
    const later = {
      ...event(1, 'execution.started', undefined, { createdAt: '2026-01-02T00:00:00Z' }),
      executionId: 'new',
    };
    const both = runsAfter(
      first,
      [later, event(2, 'execution.finished', undefined, { status: 'failed' })],
      'f',
    );
    expect(both.map((run) => [run.id, run.status])).toEqual([
      ['new', 'running'],
      ['run', 'failed'],
    ]);
  });

  it('stays the same object for step events', () => {
    const runs = runsAfter([], [event(1, 'execution.queued', undefined, {})], 'f');
    expect(runsAfter(runs, [praise], 'f')).toBe(runs);
  });
});

it.each([
  ['2026-01-01T10:00:00.000Z', '2026-01-01T10:00:00.830Z', '830 ms'],
  ['2026-01-01T10:00:00.000Z', '2026-01-01T10:00:04.200Z', '4.2 s'],
  ['2026-01-01T10:00:00.000Z', '2026-01-01T10:03:00.000Z', '3 min'],
  ['2026-01-01T10:00:00.000Z', null, ''],
])('duration from %s to %s is %j', (from, to, text) => {
  expect(durationText(from, to)).toBe(text);
});
