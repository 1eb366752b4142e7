import { z } from 'zod';
import { conditionGroupSchema, evaluateConditions } from '../../engine/conditions.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { portNameField, refuseDoubles } from '../config-fields.ts';

const caseSchema = z.object({
  name: portNameField({ title: 'Name', placeholder: 'urgent' }, ['else', 'error']),
  when: conditionGroupSchema.meta({ title: 'When', widget: 'conditions' }),
});

const config = z.object({
  cases: z.array(caseSchema).max(50).superRefine(refuseDoubles).default([]).meta({
    title: 'Cases',
    description: 'Each case is an output. The first one that is true is taken, from the top.',
  }),
});

type Config = z.output<typeof config>;

/** Goes on through the first case whose conditions hold. */
export class Switch {
  static readonly description = describeNode({
    type: 'logic.switch',
    version: 1,
    category: 'logic',
    kind: 'step',
    isPure: true,
    name: 'Switch',
    summary: 'Goes one of several ways, by rules.',
    icon: 'split',
    phrase: 'First of {{ cases | map: "name" | join: ", " }}',
    docs: [
      'Looks at the cases from the top and takes the first that is true; when none is, it goes on through **else**.',
      '',
      'Example: case `large` when `{{ trigger.data.total }}` is greater than `100`, case `small` when it is greater than `0`.',
    ].join('\n'),
    config,
    outputs: [{ each: 'cases', id: 'name' }, { id: 'else' }],
    output: z.object({ case: z.string() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const now = context.now();
    const taken = context.config.cases.find(({ when }) => evaluateConditions(when, now));
    const name = taken?.name ?? 'else';
    return fired(name, { case: name });
  }
}
