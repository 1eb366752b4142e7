import { z } from 'zod';
import { conditionGroupSchema, evaluateConditions } from '../../engine/conditions.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';

const config = z.object({
  when: conditionGroupSchema.default({ all: [] }).meta({
    title: 'When',
    description: 'With no conditions it is true.',
    widget: 'conditions',
  }),
});

type Config = z.output<typeof config>;

/** Goes on through `true` or `false`. */
export class Condition {
  static readonly description = describeNode({
    type: 'logic.condition',
    version: 1,
    category: 'logic',
    kind: 'step',
    isPure: true,
    name: 'Condition',
    summary: 'Goes one of two ways: true or false.',
    icon: 'git-branch',
    docs: [
      'Checks something and goes on through **true** or **false**.',
      '',
      'Example: value `{{ steps.answer.output.grounded }}`, operator *is true*: let a person look only at answers that rest on nothing.',
    ].join('\n'),
    config,
    outputs: [{ id: 'true' }, { id: 'false' }],
    output: z.object({ result: z.boolean() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const result = evaluateConditions(context.config.when, context.now());
    return fired(String(result), { result });
  }
}
