import { describe, expect, test } from 'vitest';
import type { CallableFlow } from '../../engine/services.ts';
import { firedOf, runNode } from '../testing/run-node.ts';
import { AnswerCaller } from './answer.ts';
import { CallFlow } from './call-flow.ts';

const flow: CallableFlow = { name: 'find_order', description: '', inputs: [] };

describe('logic.call_flow', () => {
  const config = { flow: ' flow-2 ', inputs: [{ name: 'question', value: '{{ trigger.comment.text }}' }] };
  const called = { executionId: 'called-7', status: 'succeeded' as const, answer: { days: 2 } };

  test('calls the flow once and goes on with its answer', async () => {
    const ran = await runNode(CallFlow, {
      config,
      answers: { flows: { 'flow-2': { ...flow, call: called } } },
    });
    expect(firedOf(ran)).toEqual({ ports: ['out'], data: called });
    expect(ran.calls).toEqual([
      {
        service: 'flows.call',
        request: {
          flow: 'flow-2',
          nodeId: 'node-1',
          key: 'call',
          input: { question: 'How much is it?' },
        },
      },
    ]);
    expect(ran.effects).toMatchObject([{ key: 'call', options: { idempotent: true } }]);
  });

  test('a call that stands in the journal is not made again', async () => {
    const ran = await runNode(CallFlow, { config, journalled: { call: called } });
    expect(firedOf(ran).data).toEqual(called);
    expect(ran.calls).toEqual([]);
  });

  test('a dry run calls nothing', async () => {
    const ran = await runNode(CallFlow, { config, dryRun: true });
    expect(ran.calls).toEqual([]);
  });

  test.each([
    ['', 'no_flow'],
    ['flow-3', 'flow_not_found'],
  ])('the flow "%s" fails with %s', async (id, code) => {
    await expect(runNode(CallFlow, { config: { flow: id } })).rejects.toMatchObject({ code });
  });
});

describe('logic.answer', () => {
  test.each([
    ['It is {{ trigger.from.username }}', 'It is mia'],
    ['{{ steps.set.output }}', { price: 20 }],
    [undefined, null],
  ])('%j answers with %j', async (answer, expected) => {
    const ran = await runNode(AnswerCaller, {
      config: { answer },
      steps: { set: { output: { price: 20 } } },
    });
    expect(firedOf(ran)).toEqual({ ports: ['out'], data: { answer: expected } });
  });
});
