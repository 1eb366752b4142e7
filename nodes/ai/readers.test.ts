import { describe, expect, test } from 'vitest';
import type { NodeClass } from '../../engine/node-type.ts';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Caption } from './caption.ts';
import { Extract } from './extract.ts';
import { Moderate } from './moderate.ts';
import { ScoreLead } from './score-lead.ts';
import { Sentiment } from './sentiment.ts';
import { Summarize } from './summarize.ts';
import { Translate } from './translate.ts';

const problemsOf = (node: NodeClass, config: object) =>
  node.description.config.safeParse(config).error?.issues.map(({ path }) => path.join('.'));

describe('ai.extract', () => {
  const fields = [
    { name: 'email', type: 'email' },
    { name: 'size', type: 'choice', choices: ['S', 'M'], description: 'Size of the shirt' },
    { name: 'count', type: 'number' },
  ];

  test('asks for the fields and says which are missing', async () => {
    const ran = await runNode(Extract, {
      config: { fields, instructions: 'Shirts' },
      answers: { ai: { extract: { email: 'a@b.example', size: null, invented: 'x' } } },
    });
    expect(ran.calls).toEqual([
      {
        service: 'ai.extract',
        request: { nodeId: 'node-1', text: 'How much is it?', fields, instructions: 'Shirts' },
      },
    ]);
    expect(firedOf(ran)).toEqual({
      ports: ['out'],
      data: {
        values: { email: 'a@b.example', size: null, count: null },
        missing: ['size', 'count'],
        complete: false,
        model: 'fake',
      },
    });
  });

  test('a value of another kind is no value', async () => {
    const answers = { ai: { extract: { count: 'three' } } };
    await expect(runNode(Extract, { config: { fields }, answers })).rejects.toMatchObject({
      code: 'bad_extraction',
      retryable: true,
    });
  });

  test('asks nobody about nothing', async () => {
    const ran = await runNode(Extract, { config: { text: ' ', fields } });
    expect(ran.calls).toEqual([]);
    expect(firedOf(ran)).toMatchObject({ data: { complete: false, model: 'none' } });
  });

  test.each([
    ['twice the same name', [{ name: 'a' }, { name: 'a' }], 'fields.1.name'],
    ['a choice without choices', [{ name: 'a', type: 'choice' }], 'fields.0.choices'],
    ['a name that objects have', [{ name: 'constructor' }], 'fields.0.name'],
    ['a name that is none', [{ name: '__proto__' }], 'fields.0.name'],
    ['no field', [], 'fields'],
  ])('refuses %s', (_case, given, field) => {
    expect(problemsOf(Extract, { fields: given })).toEqual([field]);
  });
});

describe('ai.sentiment', () => {
  test('goes on by the mood', async () => {
    const answers = { ai: { sentiment: { sentiment: 'negative' as const, score: -0.7 } } };
    expect(firedOf(await runNode(Sentiment, { answers }))).toEqual({
      ports: ['negative'],
      data: { sentiment: 'negative', score: -0.7, model: 'fake' },
    });
  });

  test('nothing is neutral', async () => {
    const ran = await runNode(Sentiment, { config: { text: '' } });
    expect([firedOf(ran).ports, ran.calls]).toEqual([['neutral'], []]);
  });
});

describe('ai.moderate', () => {
  test.each([
    ['flagged', { insult: 0.9, spam: 0.4 }, {}, ['insult']],
    ['safe', { insult: 0.4 }, {}, []],
    ['flagged', { insult: 0.4 }, { threshold: 0.3 }, ['insult']],
    ['safe', { insult: 0.9 }, { categories: ['link'] }, []],
    ['flagged', { link: 1 }, { categories: ['link'] }, ['link']],
  ])('%s by %j with %j', async (port, moderate, config, categories) => {
    const ran = await runNode(Moderate, { config, answers: { ai: { moderate } } });
    expect(firedOf(ran)).toMatchObject({
      ports: [port],
      data: { flagged: port === 'flagged', categories, model: 'fake' },
    });
  });

  test('refuses a look for nothing', () => {
    expect(problemsOf(Moderate, { categories: [] })).toEqual(['categories']);
  });
});

test('ai.score_lead goes on by the score', async () => {
  const scoreLead = { score: 'hot' as const, reasons: ['Wants two'] };
  const ran = await runNode(ScoreLead, {
    config: { instructions: 'Salons' },
    answers: { ai: { scoreLead } },
  });
  expect(ran.calls[0]?.request).toMatchObject({ text: 'How much is it?', instructions: 'Salons' });
  expect(firedOf(ran)).toEqual({ ports: ['hot'], data: { ...scoreLead, model: 'fake' } });
});

describe('steps that write', () => {
  test('ai.translate hands over text and language', async () => {
    const ran = await runNode(Translate, {
      config: { language: 'Spanish', model: 'openai:x', maxTokens: 100 },
    });
    expect(ran.calls[0]?.request).toEqual({
      nodeId: 'node-1',
      model: 'openai:x',
      maxTokens: 100,
      text: 'How much is it?',
      language: 'Spanish',
      maxBytes: 2_000,
    });
    expect(firedOf(ran).data).toEqual({ text: 'A text.', mode: 'send', reasons: [], model: 'fake' });
  });

  test('ai.summarize and ai.caption say what they need', async () => {
    const summary = await runNode(Summarize, { config: { sentences: 3 } });
    expect(summary.calls[0]?.request).toMatchObject({ text: 'How much is it?', sentences: 3 });
    const caption = await runNode(Caption, { config: { topic: 'Bags', hashtags: 2 } });
    expect(caption.calls[0]?.request).toMatchObject({ topic: 'Bags', hashtags: 2, maxBytes: 2_200 });
  });

  test.each([
    ['translate', Translate, 'text'],
    ['summarise', Summarize, 'text'],
    ['write about', Caption, 'topic'],
  ])('with nothing to %s it fails and names the field', async (_what, node, field) => {
    await expect(runNode(node, { config: { [field]: ' ' } })).rejects.toMatchObject({
      field,
      retryable: false,
    });
  });
});
