import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Suggestion } from '../../contract/knowledge.ts';
import { suggestionSchema } from '../../contract/knowledge.ts';
import { pageOf } from '../../contract/shapes.ts';
import type { KnowledgeServer } from '../testing/knowledge-server.ts';
import { startKnowledgeServer } from '../testing/knowledge-server.ts';

const signal = new AbortController().signal;
let server: KnowledgeServer;
let base: string;

beforeAll(async () => {
  server = await startKnowledgeServer();
  base = await server.createBase('Shop');
});
afterAll(() => server.close());

const remember = (question: string, answer: string, more: { executionId?: string; nodeId?: string } = {}) =>
  server.knowledge
    .serviceFor(server.ours)
    .remember(
      { knowledgeBase: base, question, answer, executionId: randomUUID(), nodeId: 'remember', ...more },
      signal,
    );
const faq = (question: string, threshold = 0.55) =>
  server.knowledge.serviceFor(server.ours).faq({ knowledgeBase: base, question, threshold }, signal);
const decide = (id: string, decision: 'approve' | 'reject', body?: object, authorization?: string) =>
  server.call('POST', `knowledge-suggestions/${id}/${decision}`, body, authorization);

async function list(query = '', authorization = ''): Promise<Suggestion[]> {
  const answer = await server.call('GET', `knowledge-suggestions${query}`, undefined, authorization);
  return pageOf(suggestionSchema).parse(await answer.json()).items;
}

describe('what a flow suggests', () => {
  test('waits for a person, is not found before, and is answered with after', async () => {
    const { suggestionId } = await remember('Do you  sell gift cards?', 'Yes, from 10 euros on.');
    expect(await faq('Do you sell gift cards?')).toBeNull();
    expect(await list('?status=pending')).toMatchObject([
      { id: suggestionId, question: 'Do you sell gift cards?', status: 'pending', knowledgeBaseName: 'Shop' },
    ]);
    const approved = await decide(suggestionId, 'approve', {});
    expect(approved.status).toBe(200);
    expect(await approved.json()).toMatchObject({ status: 'approved', decidedAt: expect.any(String) });
    expect(await faq('do you sell gift cards')).toMatchObject({ answer: 'Yes, from 10 euros on.', score: 1 });
    expect(await list('?status=pending')).toEqual([]);
  });

  test('can be put better by the person', async () => {
    const { suggestionId } = await remember('u got vegan cake??', 'yea');
    await decide(suggestionId, 'approve', {
      question: 'Do you have vegan cake?',
      answer: 'Yes, apple cake.',
    });
    expect(await faq('Is there vegan cake?')).toMatchObject({
      question: 'Do you have vegan cake?',
      answer: 'Yes, apple cake.',
    });
  });

  test('that is rejected is never found', async () => {
    const { suggestionId } = await remember('Is the earth flat?', 'Yes.');
    expect((await decide(suggestionId, 'reject')).status).toBe(200);
    expect(await faq('Is the earth flat?')).toBeNull();
    expect((await list('?status=rejected')).map(({ id }) => id)).toContain(suggestionId);
  });

  test('is decided once', async () => {
    const { suggestionId } = await remember('Do you have a garden?', 'A small one.');
    const answers = await Promise.all([
      decide(suggestionId, 'approve', {}),
      decide(suggestionId, 'approve', {}),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await decide(suggestionId, 'reject')).status).toBe(409);
  });

  test('by the same step twice, or by many steps in the same words, waits once', async () => {
    const executionId = randomUUID();
    const first = await remember('Do you do weddings?', 'We do.', { executionId });
    const again = await remember('Do you do weddings?', 'We do.', { executionId });
    const elsewhere = await remember('Do you do weddings?', 'We do.');
    expect(new Set([first, again, elsewhere].map(({ suggestionId }) => suggestionId)).size).toBe(1);
  });

  test('without a base goes to the oldest; where there is none, the step says so', async () => {
    await server.createBase('Younger');
    const asked = {
      question: 'Do you have stairs?',
      answer: 'A lift.',
      executionId: randomUUID(),
      nodeId: 'n',
    };
    const { suggestionId } = await server.knowledge.serviceFor(server.ours).remember(asked, signal);
    const found = (await list()).find(({ id }) => id === suggestionId);
    expect(found?.knowledgeBaseName).toBe('Shop');
    const theirs = server.knowledge.serviceFor(server.theirs).remember(asked, signal);
    await expect(theirs).rejects.toMatchObject({ code: 'no_knowledge_base' });
  });

  test('another workspace neither sees nor decides it', async () => {
    const { suggestionId } = await remember('Do you have parking?', 'Behind the house.');
    expect(await list('', 'theirs')).toEqual([]);
    expect((await decide(suggestionId, 'approve', {}, 'theirs')).status).toBe(404);
    expect((await decide(suggestionId, 'reject', undefined, 'viewer')).status).toBe(403);
    const theirs = server.knowledge.serviceFor(server.theirs);
    const asked = {
      knowledgeBase: base,
      question: 'A?',
      answer: 'B',
      executionId: randomUUID(),
      nodeId: 'n',
    };
    await expect(theirs.remember(asked, signal)).rejects.toMatchObject({ code: 'knowledge_base_not_found' });
  });
});

describe('an answer to a question', () => {
  beforeAll(async () => {
    const pairs = [
      { question: 'Do you ship to other countries?', answer: 'To the whole European Union.' },
      { question: 'What are your opening hours?', answer: 'Monday to Friday, 9 to 18.' },
      { question: 'How can I return an order?', answer: 'Within 30 days.' },
    ];
    await server.post(`${base}/documents`, { title: 'FAQ', pairs });
    await server.post(`${base}/documents`, {
      title: 'Letter',
      text: 'What are your opening hours, asked the fox.',
    });
  });

  test.each([
    ['what are your opening hours', 'Monday to Friday, 9 to 18.'],
    ['When are you open? Opening hours?', 'Monday to Friday, 9 to 18.'],
    ['Do you ship to other countries', 'To the whole European Union.'],
    ['How do I return my order?', 'Within 30 days.'],
  ])('%s', async (question, answer) => {
    expect((await faq(question))?.answer).toBe(answer);
  });

  test.each([
    'Can I order a pizza, a return ticket and hours of fun in countries abroad?',
    'Who are you?',
    '🔥🔥🔥',
  ])('%s has none', async (question) => {
    expect(await faq(question)).toBeNull();
  });

  test('a threshold of 1 takes the very question only', async () => {
    expect(await faq('Opening hours on Sunday?', 1)).toBeNull();
    expect(await faq('What are your opening hours?', 1)).not.toBeNull();
  });

  test('in a base that is gone is an error', async () => {
    const service = server.knowledge.serviceFor(server.ours);
    const asked = { knowledgeBase: randomUUID(), question: 'hours', threshold: 0.5 };
    await expect(service.faq(asked, signal)).rejects.toMatchObject({ code: 'knowledge_base_not_found' });
  });
});
