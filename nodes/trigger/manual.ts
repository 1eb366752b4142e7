import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { dataEventShape } from './event-shape.ts';
import { eventOutput } from './filters.ts';

const config = z.object({});

type Config = z.output<typeof config>;

/** Starts a flow by hand. */
export class ManualTrigger {
  static readonly description = describeNode({
    type: 'trigger.manual',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Run by hand',
    summary: 'Starts when you press Run, with data that you give.',
    icon: 'play',
    phrase: 'You press Run',
    docs: [
      'Starts the flow when you press **Run** in the editor or call the API. What you give with it is `{{ trigger.data }}`.',
      '',
      'Example: run with `{"code": "SUMMER"}` and write `{{ trigger.data.code }}` in a later step.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: dataEventShape,
  });

  matches(event: TriggerEvent): boolean {
    return event.kind === 'manual';
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
