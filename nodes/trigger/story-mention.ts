import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { messageEventShape } from './event-shape.ts';
import { eventOutput, ownFields, passesOwnFilter } from './filters.ts';

const config = z.object(ownFields);

type Config = z.output<typeof config>;

/** Starts a flow when somebody mentions the account in a story. */
export class StoryMentionTrigger {
  static readonly description = describeNode({
    type: 'trigger.story_mention',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Story mention',
    summary: 'Starts when somebody mentions you in their story.',
    icon: 'at-sign',
    phrase: 'Somebody mentions you in a story',
    docs: [
      'Starts the flow when a person mentions your account in their story. Instagram delivers this as a message, so **Send message** answers it.',
      '',
      'Example: **Send message** "Thank you for the mention! Here is 10 % off: STORY10".',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: messageEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return event.kind === 'story_mention' && passesOwnFilter(event, config);
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
