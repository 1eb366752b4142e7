import { expect, test } from 'vitest';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Faq } from './faq.ts';

const faq = { id: 'p1', documentId: 'd1', question: 'What does it cost?', answer: '20 euros.', score: 0.8 };

test('takes the stored answer', async () => {
  const ran = await runNode(Faq, { config: { knowledgeBase: 'kb-1', threshold: 0.7 }, answers: { faq } });
  expect(ran.calls).toEqual([
    {
      service: 'knowledge.faq',
      request: { question: 'How much is it?', threshold: 0.7, knowledgeBase: 'kb-1' },
    },
  ]);
  expect(firedOf(ran)).toEqual({
    ports: ['found'],
    data: { question: 'What does it cost?', answer: '20 euros.', score: 0.8, documentId: 'd1' },
  });
});

test('goes the other way when there is none', async () => {
  const ran = await runNode(Faq);
  expect(firedOf(ran)).toEqual({
    ports: ['not_found'],
    data: { question: '', answer: '', score: 0, documentId: '' },
  });
  expect(ran.calls).toMatchObject([{ request: { threshold: 0.55 } }]);
});

test('an empty question is not looked up', async () => {
  const ran = await runNode(Faq, { config: { question: '{{ trigger.nothing }} ' }, answers: { faq } });
  expect(ran.calls).toEqual([]);
  expect(firedOf(ran).ports).toEqual(['not_found']);
});

test('a long text is looked up by its beginning', async () => {
  const ran = await runNode(Faq, { config: { question: 'word '.repeat(500) } });
  expect(ran.calls[0]?.request).toMatchObject({ question: expect.stringMatching(/^(word ){200}$/) });
});
