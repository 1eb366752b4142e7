import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';

const config = z.object({
  value: z.unknown().optional().meta({
    title: 'What to pass on',
    description: 'Optional. Takes what the branch that ran has made.',
    placeholder: '{{ steps.answer.output.text }}',
    widget: 'text',
    raw: true,
  }),
});

type Config = z.output<typeof config>;

/** Joins branches: goes on once, when every branch has come or will not come any more. */
export class Merge {
  static readonly description = describeNode({
    type: 'logic.merge',
    version: 1,
    category: 'logic',
    kind: 'step',
    isPure: true,
    name: 'Join branches',
    summary: 'Brings branches together and goes on once.',
    icon: 'merge',
    phrase: 'Wait for all branches',
    docs: [
      'Waits until every branch that leads here has arrived or turned out not to run, then goes on one time.',
      '',
      'Example: two branches write an answer in different ways; *What to pass on* is `{{ steps.a.output.text }}{{ steps.b.output.text }}`, and **Send message** takes `{{ steps.join.output.value }}`.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ value: z.unknown() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', { value: context.config.value ?? null });
  }
}
