import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../../../engine/journal.ts';
import type { Resume } from '../../../engine/node-type.ts';
import { authorOf } from './author-of.ts';
import type { ProposedSend } from './proposed-send.ts';

const DRAFT = 'It costs 12 euros.';
const CHANGED = 'It costs 12 euros, and 10 for members.';

const approval = (change: Partial<StepRecord>): StepRecord => ({
  nodeId: 'approval',
  status: 'succeeded',
  attempt: 1,
  ...change,
});
const decided = (text?: string): Resume => ({
  kind: 'approval',
  decision: 'approved',
  by: 'Ann',
  ...(text !== undefined && { text }),
});
const wait = { for: 'approval', draft: DRAFT } as const;

/** Decided just now: the step has not run since. */
const waiting = (text?: string) => approval({ status: 'waiting', wait, resume: decided(text) });
/** Its output is in the journal. */
const settled = (edited: boolean, text = CHANGED) =>
  approval({ resume: decided(text), output: { decision: 'approved', text, edited } });

const ofRun = (...steps: StepRecord[]) => ({ executionId: 'execution-1', steps });

describe('a text behind an approval', () => {
  it.each<[string, StepRecord[], string, 'flow' | 'team']>([
    ['that a person changed', [settled(true)], CHANGED, 'team'],
    ['that a person changed a moment ago', [waiting(CHANGED)], CHANGED, 'team'],
    ['with spaces around it', [settled(true)], ` ${CHANGED}\n`, 'team'],
    ['of one approval among several', [waiting(), settled(true)], CHANGED, 'team'],
    ['that was approved as it stood', [settled(false, DRAFT)], DRAFT, 'flow'],
    ['that was approved as it stood, without a text', [waiting()], DRAFT, 'flow'],
    ['that was approved as it stood, with its text', [waiting(DRAFT)], DRAFT, 'flow'],
    ['to which the flow added something', [settled(true)], `Hi Mia! ${CHANGED}`, 'flow'],
    ['of which the flow sends a part', [settled(true)], 'It costs 12 euros', 'flow'],
    ['that is the draft, though a person changed it', [settled(true)], DRAFT, 'flow'],
    [
      'that was rejected',
      [approval({ resume: { kind: 'approval', decision: 'rejected', text: CHANGED } })],
      CHANGED,
      'flow',
    ],
    ['that nobody decided', [approval({ status: 'waiting', wait })], DRAFT, 'flow'],
    ['of an approval whose draft is not known', [approval({ resume: decided(CHANGED) })], CHANGED, 'flow'],
    [
      'that a calling flow or a model handed over',
      [approval({ nodeId: 'called', output: { kind: 'call', input: { text: CHANGED, edited: true } } })],
      CHANGED,
      'flow',
    ],
    [
      'that another flow answered, whoever wrote it there',
      [approval({ nodeId: 'call', output: { answer: { text: CHANGED, edited: true }, edited: true } })],
      CHANGED,
      'flow',
    ],
    [
      'that another node calls edited',
      [approval({ output: { decision: 'approved', edited: true, text: CHANGED } })],
      CHANGED,
      'flow',
    ],
    [
      'that the person who is written to wrote themselves',
      [
        approval({
          resume: { kind: 'message', event: { kind: 'message', at: '2026-06-10T12:00:00Z' } },
          output: { text: CHANGED, edited: true },
        }),
      ],
      CHANGED,
      'flow',
    ],
    ['that is empty', [settled(true, ' ')], ' ', 'flow'],
  ])('%s', (_case, steps, text, expected) => {
    expect(authorOf({ kind: 'text', text }, ofRun(...steps))).toBe(expected);
  });

  it.each<[ProposedSend['kind'], unknown[], 'flow' | 'team']>([
    ['text', [], 'team'],
    ['private_reply', [], 'team'],
    ['comment_reply', [], 'team'],
    ['private_reply', [{ type: 'button' }], 'flow'],
    ['quick_replies', [{ type: 'quick_reply' }], 'flow'],
    ['buttons', [{ type: 'button' }], 'flow'],
    ['template', [], 'flow'],
    ['media', [], 'flow'],
  ])('sent as %s with %j beside it', (kind, attachments, expected) => {
    expect(authorOf({ kind, text: CHANGED, attachments }, ofRun(settled(true)))).toBe(expected);
  });
});

describe('who says so themselves', () => {
  it('is believed outside an execution, where a person writes', () => {
    expect(authorOf({ kind: 'text', text: 'Hi', author: 'team' }, {})).toBe('team');
    expect(authorOf({ kind: 'text', text: 'Hi' }, { executionId: null })).toBe('flow');
  });

  it('is not believed as a node', () => {
    expect(authorOf({ kind: 'text', text: 'Hi', author: 'team' }, ofRun())).toBe('flow');
  });
});
