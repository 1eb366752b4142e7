import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { postbackEventShape } from './event-shape.ts';
import {
  commonFields,
  eventOutput,
  keywordFields,
  passesCommonFilters,
  passesKeywords,
  refuseBadFilters,
} from './filters.ts';
import { matchesName, nameMatchSchema, namesField } from './name-match.ts';

const config = z
  .object({
    ...keywordFields,
    payloads: namesField({
      title: 'Payloads',
      description: 'Start only for buttons with these payloads, letter by letter. Leave empty for all.',
      placeholder: 'SHOW_PRICES',
    }),
    payloadMatch: nameMatchSchema.default('exact').meta({
      title: 'Match of payloads',
      description:
        'exact: the payload is just that. prefix: it begins with that, as `SIZE_` does for `SIZE_M`.',
      advanced: true,
    }),
    ...commonFields,
  })
  .superRefine(refuseBadFilters);

type Config = z.output<typeof config>;

/** Starts a flow when somebody taps a button or an ice breaker. */
export class PostbackTrigger {
  static readonly description = describeNode({
    type: 'trigger.postback',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Button tapped',
    summary: 'Starts when somebody taps a button or a suggested question in your chat.',
    icon: 'square-mouse-pointer',
    phrase: 'Button {{ keywords }}',
    docs: [
      'Starts the flow when a person taps a button that you sent, one of the suggested questions ("ice breakers") of your chat, or an entry of its menu. Give each a payload of its own to tell them apart.',
      '',
      'Keywords are looked for in the title of the button and in its payload. `{{ trigger.postback.title }}` is the title, `{{ trigger.postback.payload }}` the payload.',
      '',
      'Quick replies come as messages: use **New message** for them.',
      '',
      'Example: payload `SHOW_PRICES` → **Send message** with the price list.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: postbackEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'postback' &&
      passesCommonFilters(event, config) &&
      matchesName(
        event.postback?.payload ?? event.message?.quickReply,
        config.payloads,
        config.payloadMatch,
      ) &&
      passesKeywords([event.message?.text, event.message?.quickReply], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
