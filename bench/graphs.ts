import type { GraphInput } from '../engine/graph.ts';

/** Trigger, values, condition, switch, reply: templates, conditions and one effect. */
export const FIVE_NODES: GraphInput = {
  nodes: [
    { id: 'comment', type: 'trigger.comment', name: 'Comment', config: {} },
    {
      id: 'values',
      type: 'logic.set',
      name: 'Values',
      config: { values: [{ name: 'greeting', value: 'Hi @{{ trigger.from.username }}' }] },
    },
    {
      id: 'question',
      type: 'logic.condition',
      name: 'Question?',
      config: {
        when: { all: [{ value: '{{ trigger.comment.text }}', operator: 'contains', compare: 'shipping' }] },
      },
    },
    {
      id: 'topic',
      type: 'logic.switch',
      name: 'Topic',
      config: {
        cases: [
          {
            name: 'price',
            when: {
              all: [{ value: '{{ trigger.comment.text }}', operator: 'contains', compare: 'how much' }],
            },
          },
        ],
      },
    },
    {
      id: 'reply',
      type: 'instagram.reply_to_comment',
      name: 'Reply',
      config: { text: '{{ steps.values.output.greeting }}, shipping is free from 50 €.' },
    },
  ],
  edges: [
    { id: 'e1', source: 'comment', target: 'values' },
    { id: 'e2', source: 'values', target: 'question' },
    { id: 'e3', source: 'question', sourceHandle: 'true', target: 'topic' },
    { id: 'e4', source: 'topic', sourceHandle: 'price', target: 'reply' },
  ],
};

/** A chain of `length` nodes: trigger, steps with one template each, and one reply at the end. */
export function chainOf(length: number): GraphInput {
  const steps = Array.from({ length: length - 2 }, (_, index) => ({
    id: `step${index}`,
    type: 'logic.set',
    name: `Step ${index}`,
    config: { values: [{ name: 'greeting', value: 'Hi @{{ trigger.from.username }}' }] },
  }));
  const nodes = [
    { id: 'comment', type: 'trigger.comment', name: 'Comment', config: {} },
    ...steps,
    { id: 'reply', type: 'instagram.reply_to_comment', name: 'Reply', config: { text: 'Free from 50 €.' } },
  ];
  const edges = nodes.slice(1).map(({ id }, index) => ({
    id: `edge${index}`,
    source: nodes[index]?.id ?? '',
    target: id,
  }));
  return { nodes, edges };
}
