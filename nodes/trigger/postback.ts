import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { messageEventShape } from './event-shape.ts';
import {
  eventOutput,
  keywordFields,
  ownFields,
  passesKeywords,
  passesOwnFilter,
  refuseBadPatterns,
} from './filters.ts';

const config = z.object({ ...keywordFields, ...ownFields }).superRefine(refuseBadPatterns);

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
      'Starts the flow when a person taps a button that you sent, or one of the suggested questions ("ice breakers") of your chat.',
      '',
      'Keywords are looked for in the title of the button and in its payload. `{{ trigger.message.text }}` is the title, `{{ trigger.message.quickReply }}` the payload.',
      '',
      'Example: keyword `SHOW_PRICES` with match `exact` → **Send message** with the price list.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: messageEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'postback' &&
      passesOwnFilter(event, config) &&
      passesKeywords([event.message?.text, event.message?.quickReply], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
