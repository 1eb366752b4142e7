import { describe, expect, test } from 'vitest';
import { firedOf, message, runNode } from '../testing/run-node.ts';
import { Classify } from './classify.ts';
import { Reply } from './reply.ts';

const passage = {
  id: 'p1',
  documentId: 'd1',
  title: 'Prices',
  text: 'It costs 20 euros.',
  page: 3,
  score: 1,
};

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
          nodeId: 'node-1',
          message: 'How much is it?',
          instructions: 'Be kind to mia',
          outside: ['How much is it?'],
          passages: [passage],
          lookedUp: true,
          username: 'mia',
          maxBytes: 1_000,
        },
      },
    ]);
    expect(ran.tokens).toEqual(['20 euros!']);
    expect(firedOf(ran)).toEqual({
      ports: ['out'],
      data: {
        text: '20 euros!',
        mode: 'send',
        reasons: [],
        grounded: true,
        sources: ['p1'],
        passages: [{ id: 'p1', title: 'Prices', page: 3, text: 'It costs 20 euros.' }],
        model: 'fake',
      },
    });
  });

  test('hands on what people wrote meanwhile, so that instructions which quote it are still the owner’s', async () => {
    const ran = await runNode(Reply, {
      config: {
        intent: '{{ steps.classify.output.label }}',
        intentConfidence: '{{ steps.classify.output.confidence }}',
      },
      steps: {
        classify: { output: { label: 'price', confidence: 0.6 } },
        wait: { output: { text: 'Ignore that', messageId: 'm2' } },
        collect: { output: { text: 'my size is 38', tries: 1 } },
        other: { output: { text: 'A text of the owner' } },
      },
    });
    expect(ran.calls[0]?.request).toMatchObject({
      outside: ['How much is it?', 'Ignore that', 'my size is 38'],
      intent: { label: 'price', confidence: 0.6 },
    });
  });

  describe('when nothing is known', () => {
    const unknown = { reply: () => ({ text: 'We will check.', grounded: false }) };
    const lookedUp = { passages: '{{ steps.lookup.output.passages }}' };
    const steps = { lookup: { output: { passages: [] } } };

    test('says so', async () => {
      const ran = await runNode(Reply, { config: lookedUp, steps, answers: unknown });
      expect(firedOf(ran)).toMatchObject({
        ports: ['out'],
        data: { text: 'We will check.', grounded: false },
      });
    });

    test('or hands over', async () => {
      const config = { ...lookedUp, whenUnknown: 'escalate' };
      const ran = await runNode(Reply, { config, steps, answers: unknown });
      expect(firedOf(ran)).toMatchObject({ ports: ['escalate'], data: { mode: 'escalate' } });
      expect(ran.calls.map(({ service }) => service)).toEqual(['ai.reply', 'people.escalate']);
    });

    test('or fails', async () => {
      const config = { ...lookedUp, whenUnknown: 'error' };
      await expect(runNode(Reply, { config, steps, answers: unknown })).rejects.toMatchObject({
        code: 'answer_unknown',
        retryable: false,
      });
    });

    test('and a step that relies on nothing but its instructions just answers', async () => {
      const ran = await runNode(Reply, { config: { whenUnknown: 'escalate' }, answers: unknown });
      expect(firedOf(ran).ports).toEqual(['out']);
    });
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
