import { expect, test } from 'vitest';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Remember } from './remember.ts';

test('suggests the question with its answer, once per step', async () => {
  const ran = await runNode(Remember, {
    config: { answer: '{{ steps.approval.output.text }}', knowledgeBase: 'kb-1' },
    steps: { approval: { output: { text: 'It costs 20 euros.' } } },
  });
  expect(ran.calls).toEqual([
    {
      service: 'knowledge.remember',
      request: {
        question: 'How much is it?',
        answer: 'It costs 20 euros.',
        executionId: 'execution-1',
        nodeId: 'node-1',
        knowledgeBase: 'kb-1',
      },
    },
  ]);
  expect(ran.effects).toMatchObject([{ key: 'remember', options: { idempotent: true } }]);
  expect(firedOf(ran)).toEqual({ ports: ['out'], data: { suggestionId: 'suggestion-1' } });
});

test.each([
  { answer: '' },
  { answer: ' {{ steps.nothing.output.text }} ' },
  { question: '', answer: 'Yes.' },
])('%j is nothing to remember', async (config) => {
  const ran = await runNode(Remember, { config });
  expect(ran.calls).toEqual([]);
  expect(firedOf(ran).data).toEqual({ suggestionId: null });
});

test('a dry run suggests nothing', async () => {
  const ran = await runNode(Remember, { config: { answer: 'Yes.' }, dryRun: true });
  expect(ran.calls).toEqual([]);
  expect(firedOf(ran).data).toEqual({ suggestionId: 'dry-run' });
});
