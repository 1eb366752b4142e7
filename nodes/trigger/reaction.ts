import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { reactionEventShape } from './event-shape.ts';
import { commonFields, eventOutput, passesCommonFilters } from './filters.ts';
import { matchesKeywords } from './keywords.ts';
import { refuseBadHours } from './who-and-when.ts';

const config = z
  .object({
    action: z.enum(['react', 'unreact', 'both']).default('react').meta({
      title: 'What happens',
      description: 'react: somebody puts a reaction on a message. unreact: somebody takes it back.',
    }),
    emojis: z.array(z.string().trim().min(1).max(50)).max(50).default([]).meta({
      title: 'Emojis',
      description:
        'Start only for these reactions. Leave empty for all. One that is taken back has no emoji.',
      placeholder: '❤️',
      widget: 'tags',
      template: false,
    }),
    ...commonFields,
  })
  .superRefine(refuseBadHours);

type Config = z.output<typeof config>;

/** Starts a flow when somebody reacts to a message. */
export class ReactionTrigger {
  static readonly description = describeNode({
    type: 'trigger.reaction',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Reaction',
    summary: 'Starts when somebody reacts to a message with an emoji.',
    icon: 'heart',
    phrase: 'Reactions {{ emojis }}',
    docs: [
      'Starts the flow when a person reacts to a message of your conversation, for example with ❤️.',
      '',
      '`{{ trigger.reaction.emoji }}` is the reaction, `{{ trigger.reaction.messageId }}` the message.',
      '',
      'A reaction is no message: it does not open the 24 hours in which you may answer. They count from the last thing the person wrote.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: reactionEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    const { reaction } = event;
    return (
      event.kind === 'reaction' &&
      reaction !== undefined &&
      (config.action === 'both' || config.action === reaction.action) &&
      (reaction.action === 'unreact' || matchesKeywords(reaction.emoji ?? '', config.emojis, 'exact')) &&
      passesCommonFilters(event, config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
