import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { dataEventShape } from './event-shape.ts';
import { eventOutput } from './filters.ts';

/** Shorter ones can be guessed. */
const MIN_TOKEN = 16;

const config = z.object({
  token: z
    .string()
    .max(200)
    .refine((token) => token === '' || token.length >= MIN_TOKEN, {
      error: `Use at least ${MIN_TOKEN} characters, so that nobody can guess it.`,
    })
    .default('')
    .meta({
      title: 'Secret token',
      secret: true,
      description: 'The caller must send this token. Without one, every call is refused.',
      placeholder: 'A long random text',
      widget: 'text',
      template: false,
    }),
});

type Config = z.output<typeof config>;

/** Starts a flow by a call from another program. */
export class WebhookTrigger {
  static readonly description = describeNode({
    type: 'trigger.webhook',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Call from another app',
    summary: 'Starts when another program calls the address of this flow.',
    icon: 'webhook',
    phrase: 'Another app calls this flow',
    docs: [
      'Starts the flow when your shop, form or automation tool calls it. The JSON they send is `{{ trigger.data }}`.',
      '',
      'Example: a shop sends `{"order": 17, "instagramId": "123"}`; **Send message** to `{{ trigger.data.instagramId }}` says "Order {{ trigger.data.order }} is on its way".',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: dataEventShape,
  });

  /** Who calls has shown the token already: the route checks it before there is an event. */
  matches(event: TriggerEvent): boolean {
    return event.kind === 'webhook';
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
