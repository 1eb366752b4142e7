import { expect, test } from 'vitest';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Lookup } from './lookup.ts';

const passages = [
  { id: 'p1', documentId: 'd1', title: 'Prices', text: 'It costs 20 euros.', score: 2 },
  { id: 'p2', documentId: 'd1', title: 'Prices', text: 'Shipping is free.', score: 1 },
];

test('searches for what was written and gives the passages and their text', async () => {
  const ran = await runNode(Lookup, { config: { knowledgeBase: 'kb-1' }, answers: { passages } });
  expect(ran.calls).toEqual([
    { service: 'knowledge.search', request: { query: 'How much is it?', knowledgeBase: 'kb-1', limit: 4 } },
  ]);
  expect(firedOf(ran)).toEqual({
    ports: ['out'],
    data: { found: true, text: 'It costs 20 euros.\n\nShipping is free.', passages },
  });
});

test('finding nothing is no error', async () => {
  expect(firedOf(await runNode(Lookup)).data).toEqual({ found: false, text: '', passages: [] });
});

test('an empty query is not searched for', async () => {
  const ran = await runNode(Lookup, { config: { query: '{{ trigger.nothing }}' }, answers: { passages } });
  expect(ran.calls).toEqual([]);
  expect(firedOf(ran).data).toMatchObject({ found: false });
});

test('a long text is searched by its beginning', async () => {
  const ran = await runNode(Lookup, { config: { query: 'word '.repeat(500) } });
  expect(ran.calls[0]?.request).toMatchObject({ query: expect.stringMatching(/^(word ){200}$/) });
});
