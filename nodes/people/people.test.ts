import { describe, expect, test } from 'vitest';
import type { Resume } from '../../engine/node-type.ts';
import { comment, firedOf, message, NOW, runNode } from '../testing/run-node.ts';
import { Approval } from './approval.ts';
import { Escalate } from './escalate.ts';
import { knownFacts } from './known-facts.ts';

const steps = {
  classify: { output: { label: 'question', confidence: 0.7, scores: {}, model: 'fake' } },
  lookup: {
    output: {
      found: true,
      text: '…',
      passages: [{ title: 'Prices' }, { title: 'Prices' }, { title: 'FAQ' }],
    },
  },
  answer: { output: { text: 'It costs 20 euros.', grounded: true, sources: ['p1'], model: 'fake' } },
};
const config = { text: '{{ steps.answer.output.text }}' };

describe('people.approval', () => {
  test('waits with the draft, the deadline and all that is known', async () => {
    const { result } = await runNode(Approval, {
      steps,
      config: { ...config, timeoutHours: 2, note: 'Look well' },
    });
    expect(result).toEqual({
      kind: 'wait',
      wait: {
        for: 'approval',
        until: '2026-03-02T12:00:00.000Z',
        draft: 'It costs 20 euros.',
        context: {
          message: 'How much is it?',
          from: { id: 'person-1', username: 'mia' },
          intent: 'question',
          confidence: 0.7,
          sources: ['Prices', 'FAQ'],
          grounded: true,
          note: 'Look well',
        },
      },
    });
  });

  const draft = 'It costs 20 euros.';
  test.each<[string, Resume, string, object]>([
    [
      'approved as it is',
      { kind: 'approval', decision: 'approved', by: 'Ann' },
      'approved',
      { decision: 'approved', text: draft, edited: false, by: 'Ann' },
    ],
    [
      'approved with another text',
      { kind: 'approval', decision: 'approved', text: 'It costs 25 euros.' },
      'approved',
      { decision: 'approved', text: 'It costs 25 euros.', edited: true },
    ],
    [
      'rejected',
      { kind: 'approval', decision: 'rejected', reason: 'Wrong price', by: 'Ann' },
      'rejected',
      { decision: 'rejected', text: draft, reason: 'Wrong price', by: 'Ann' },
    ],
    ['expired', { kind: 'approval', decision: 'expired' }, 'timeout', { decision: 'timeout', text: draft }],
    ['woken by time', { kind: 'time', at: NOW }, 'timeout', { decision: 'timeout', text: draft }],
  ])('%s', async (_name, resume, port, data) => {
    const ran = await runNode(Approval, { steps, config, resume });
    expect(firedOf(ran)).toEqual({ ports: [port], data });
  });

  test('a dry run asks nobody and goes on as if approved', async () => {
    const ran = await runNode(Approval, { steps, config, dryRun: true });
    expect(firedOf(ran)).toMatchObject({ ports: ['approved'], data: { text: draft } });
  });
});

describe('people.escalate', () => {
  test('hands over with the reason and all that is known', async () => {
    const ran = await runNode(Escalate, { steps });
    expect(ran.calls).toEqual([
      {
        service: 'people.escalate',
        request: {
          executionId: 'execution-1',
          nodeId: 'node-1',
          reason: 'mia needs an answer from a person',
          context: expect.objectContaining({ message: 'How much is it?', intent: 'question' }),
        },
      },
    ]);
    expect(firedOf(ran).data).toEqual({ escalationId: 'escalation-1' });
  });

  test('without a reason it says something anyway', async () => {
    const ran = await runNode(Escalate, { config: { reason: '' } });
    expect(ran.calls[0]?.request).toMatchObject({ reason: 'Needs an answer from a person' });
  });
});

test('knownFacts of a flow that has done nothing yet', () => {
  expect(knownFacts({ trigger: message, steps: {} })).toEqual({ message: 'Hello', from: message.from });
  expect(knownFacts({ trigger: { kind: 'manual', at: NOW }, steps: { a: { output: null } } })).toEqual({});
  expect(knownFacts({ trigger: comment, steps: { a: { output: { label: 3 } } } })).not.toHaveProperty(
    'intent',
  );
});
