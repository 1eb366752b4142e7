import type { GraphInput } from '../../engine/graph.ts';

type Step = { id: string; type: string; config?: Record<string, unknown>; port?: string };

/** Nodes one behind the other; `port` is where a node is left for the next one. */
export function chain(steps: Step[]): GraphInput {
  return {
    nodes: steps.map(({ id, type, config }) => ({ id, type, name: id, config: config ?? {} })),
    edges: steps.slice(1).map((step, index) => {
      const source = steps[index];
      if (!source) throw new Error('A chain has no holes.');
      return {
        id: `${source.id}-${step.id}`,
        source: source.id,
        target: step.id,
        ...(source.port && { sourceHandle: source.port }),
      };
    }),
  };
}

/** Answers every comment with this text, a template. */
export function replyFlow(text: string): GraphInput {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text } },
  ]);
}
