import { describe, expect, test } from 'vitest';
import { firedOf, message, runNode } from '../testing/run-node.ts';
import { Classify } from './classify.ts';
import { Reply } from './reply.ts';

const passage = { id: 'p1', documentId: 'd1', title: 'Prices', text: 'It costs 20 euros.', score: 1 };

describe('ai.classify', () => {
  test('goes on through the label, for the text that was written', async () => {
    const ran = await runNode(Classify, {
      answers: { classify: () => ({ label: 'question', confidence: 0.8 }) },
    });

    expect(ran.calls).toEqual([
      { service: 'ai.classify', request: expect.objectContaining({ text: 'How much is it?' }) },
    ]);
    expect(firedOf(ran)).toEqual({
      ports: ['question'],
      data: { label: 'question', confidence: 0.8, scores: { question: 0.8 }, model: 'fake' },
    });
    expect(ran.usage).toEqual([{ model: 'fake' }]);
  });

  test('reads a message as it reads a comment', async () => {
    const ran = await runNode(Classify, { trigger: message });
    expect(ran.calls[0]?.request).toMatchObject({ text: 'Hello' });
  });

  test.each([
    ['is not sure enough', { label: 'question', confidence: 0.4 }],
    ['answers with a label that is not there', { label: 'invented', confidence: 1 }],
    ['says other', { label: 'other', confidence: 0.9 }],
  ])('goes to other when the model %s', async (_case, answer) => {
    const ran = await runNode(Classify, { config: { threshold: 0.5 }, answers: { classify: () => answer } });
    expect(firedOf(ran)).toMatchObject({ ports: ['other'], data: { label: 'other' } });
  });

  test('asks nobody when there is no text', async () => {
    const ran = await runNode(Classify, { config: { text: ' {{ trigger.nothing }} ' } });
    expect(ran.calls).toEqual([]);
    expect(firedOf(ran).ports).toEqual(['other']);
  });

  test.each([
    ['twice the same name', [{ name: 'a' }, { name: 'a' }], 'labels.1.name'],
    ['a name that is a port already', [{ name: 'Other' }], 'labels.0.name'],
    ['an empty name', [{ name: ' ' }], 'labels.0.name'],
    ['no label', [], 'labels'],
  ])('refuses %s', (_case, labels, field) => {
    const parsed = Classify.description.config.safeParse({ labels });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([field]);
  });
});

describe('ai.reply', () => {
  test('hands message, instructions and passages over and streams the text', async () => {
    const ran = await runNode(Reply, {
      config: {
        instructions: 'Be kind to {{ trigger.from.username }}',
        passages: '{{ steps.lookup.output.passages }}',
      },
      steps: { lookup: { output: { passages: [passage] } } },
      answers: { reply: () => ({ text: '20 euros!' }) },
    });

    expect(ran.calls).toEqual([
      {
        service: 'ai.reply',
        request: {
          message: 'How much is it?',
          instructions: 'Be kind to mia',
          passages: [passage],
          username: 'mia',
          maxBytes: 1_000,
        },
      },
    ]);
    expect(ran.tokens).toEqual(['20 euros!']);
    expect(firedOf(ran).data).toEqual({ text: '20 euros!', grounded: true, sources: ['p1'], model: 'fake' });
  });

  test.each([
    ['of a branch that was not taken', '{{ steps.lookup.output.passages }}', []],
    ['left empty', '', []],
    [
      'that are a plain text',
      'We open at 9.',
      [{ id: 'text', documentId: 'text', title: '', text: 'We open at 9.', score: 1 }],
    ],
  ])('takes passages %s', async (_case, passages, expected) => {
    const ran = await runNode(Reply, { config: { passages } });
    expect(ran.calls[0]?.request).toMatchObject({ passages: expected });
  });

  test('an empty answer is an error worth another try', async () => {
    await expect(runNode(Reply, { answers: { reply: () => ({ text: ' ' }) } })).rejects.toMatchObject({
      code: 'empty_answer',
      retryable: true,
    });
  });
});
