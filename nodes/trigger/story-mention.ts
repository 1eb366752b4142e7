import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { storyEventShape } from './event-shape.ts';
import { commonFields, eventOutput, passesCommonFilters } from './filters.ts';
import { refuseBadHours } from './who-and-when.ts';

const config = z.object(commonFields).superRefine(refuseBadHours);

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
      '`{{ trigger.story.url }}` shows the story as long as it is online. Only stories of public accounts, and of accounts that you follow, are announced.',
      '',
      'Example: **Send message** "Thank you for the mention! Here is 10 % off: STORY10".',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: storyEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return event.kind === 'story_mention' && passesCommonFilters(event, config);
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
