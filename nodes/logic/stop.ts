import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';

const config = z.object({
  reason: templateField('', {
    title: 'Reason',
    description: 'Optional. Stands in the history of the flow.',
    placeholder: 'Nothing to answer',
    widget: 'text',
  }),
});

type Config = z.output<typeof config>;

/** Ends the execution well. */
export class Stop {
  static readonly description = describeNode({
    type: 'logic.stop',
    version: 1,
    category: 'logic',
    kind: 'step',
    name: 'Stop here',
    summary: 'Ends the flow; nothing more happens.',
    icon: 'octagon-x',
    phrase: 'Stop: {{ reason }}',
    docs: [
      'Ends the whole flow, other branches too. That is not an error: the run counts as done.',
      '',
      'Example: **Condition** "is a follower" → false → **Stop here**.',
    ].join('\n'),
    config,
    outputs: [],
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return { kind: 'stop', data: { reason: context.config.reason } };
  }
}
