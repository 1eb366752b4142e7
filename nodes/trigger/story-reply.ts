import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { storyEventShape } from './event-shape.ts';
import {
  commonFields,
  eventOutput,
  keywordFields,
  passesCommonFilters,
  passesKeywords,
  refuseBadFilters,
} from './filters.ts';

const config = z.object({ ...keywordFields, ...commonFields }).superRefine(refuseBadFilters);

type Config = z.output<typeof config>;

/** Starts a flow when somebody answers a story of the account. */
export class StoryReplyTrigger {
  static readonly description = describeNode({
    type: 'trigger.story_reply',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Story reply',
    summary: 'Starts when somebody answers one of your stories.',
    icon: 'message-square-reply',
    phrase: 'Story replies with {{ keywords }}',
    docs: [
      'Starts the flow when a person answers one of your stories, with words or with one of the quick emojis. For 24 hours after it you may answer with **Send message**.',
      '',
      '`{{ trigger.message.text }}` is what they wrote, `{{ trigger.story.id }}` your story.',
      '',
      'Example: "Answer with LINK" in your story, keyword `link` → **Send message** with the link.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: storyEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'story_reply' &&
      passesCommonFilters(event, config) &&
      passesKeywords([event.message?.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
