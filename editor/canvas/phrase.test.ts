import { expect, it } from 'vitest';
import type { GraphNode } from '../../engine/graph.ts';
import { phraseOf } from './phrase.ts';
import { testTypeMap as types } from './testing/node-types.ts';

const node = (type: string, config: Record<string, unknown>): GraphNode => ({
  id: 'node',
  type,
  name: 'Node',
  position: { x: 0, y: 0 },
  config,
});
const base = types.get('logic.stop')!;

it.each([
  [
    'Reply: {{ text }}',
    { text: 'Hi {{ trigger.from.username }}!' },
    'Reply: Hi {{ trigger.from.username }}!',
  ],
  ['Sort by {{ labels }}', { labels: [{ name: 'a' }, { name: 'b' }] }, 'Sort by a, b'],
  ['To {{ labels | map: "name" | join: " or " }}', { labels: [{ name: 'a' }, { name: 'b' }] }, 'To a or b'],
  ['Wait {{ amount }} {{ unit }}', { amount: 5, unit: 'minutes' }, 'Wait 5 minutes'],
  ['Wait {{ amount }} {{ unit }}', { amount: 5 }, 'Wait 5 …'],
  ['Reply: {{ text }}', {}, base.summary],
  ['You press Run', {}, 'You press Run'],
  ['{{ constructor }} {{ a }}', { a: 'own' }, '… own'],
])('%s', (phrase, config, sentence) => {
  expect(phraseOf(node('logic.stop', config), { ...base, phrase })).toBe(sentence);
});

it('cuts what is too long for a card', () => {
  const sentence = phraseOf(node('logic.stop', { text: 'long '.repeat(100) }), {
    ...base,
    phrase: '{{ text }}',
  });
  expect(sentence.length).toBeLessThanOrEqual(120);
  expect(sentence.endsWith('…')).toBe(true);
});
