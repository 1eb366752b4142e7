import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { mentionEventShape } from './event-shape.ts';
import { eventOutput, ownFields, passesCommonFilters } from './filters.ts';
import { hoursFields, refuseBadHours } from './who-and-when.ts';

const config = z
  .object({
    where: z.enum(['anywhere', 'caption', 'comment']).default('anywhere').meta({
      title: 'Where',
      description: 'caption: in the text of a post. comment: in a comment.',
    }),
    ...hoursFields,
    ...ownFields,
  })
  .superRefine(refuseBadHours);

type Config = z.output<typeof config>;

/** Starts a flow when somebody mentions the account in a caption or comment. */
export class MentionTrigger {
  static readonly description = describeNode({
    type: 'trigger.mention',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Mention',
    summary: 'Starts when somebody mentions you in a post or comment.',
    icon: 'megaphone',
    phrase: 'Mentions: {{ where }}',
    docs: [
      'Starts the flow when a person writes @ and your name in the text of a post or in a comment on a post that is not yours.',
      '',
      'Instagram says where, not who and not in which words: `{{ trigger.mention.mediaId }}` is the post, `{{ trigger.mention.commentId }}` the comment where it is one.',
      '',
      'Accounts connected with **Instagram login** get mentions in comments as comments: use **New comment** for them. Mentions in stories have a trigger of their own.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: mentionEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'mention' &&
      (config.where === 'anywhere' || config.where === event.mention?.kind) &&
      passesCommonFilters(event, config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
