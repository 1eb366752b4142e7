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

/** Starts a flow when somebody writes a direct message. */
export class MessageTrigger {
  static readonly description = describeNode({
    type: 'trigger.message',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'New message',
    summary: 'Starts when somebody sends you a direct message.',
    icon: 'mail',
    phrase: 'Messages with {{ keywords }}',
    docs: [
      'Starts the flow for every direct message. For 24 hours after it you may answer with **Send message**.',
      '',
      'Later steps can use:',
      '',
      '- `{{ trigger.message.text }}`: what they wrote',
      '- `{{ trigger.from.id }}`: who wrote it',
      '- `{{ trigger.message.attachments[0].url }}`: a picture they sent',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: messageEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'message' &&
      event.message !== undefined &&
      passesOwnFilter(event, config) &&
      passesKeywords([event.message.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
