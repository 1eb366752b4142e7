import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { commentEventShape } from './event-shape.ts';
import {
  eventOutput,
  keywordFields,
  ownFields,
  passesKeywords,
  passesOwnFilter,
  refuseBadPatterns,
} from './filters.ts';

const config = z
  .object({
    ...keywordFields,
    media: z
      .union([z.literal('any'), z.array(z.string().min(1).max(64)).max(100)])
      .default('any')
      .meta({
        title: 'Posts',
        description: 'Ids of the posts or reels to watch. Leave empty for all of them.',
        placeholder: 'All posts and reels',
        widget: 'tags',
        advanced: true,
        template: false,
      }),
    includeReplies: z.boolean().default(false).meta({
      title: 'Also answers to other comments',
      description:
        'Off: only comments written directly under the post. On: also what people answer each other.',
      advanced: true,
    }),
    ...ownFields,
  })
  .superRefine(refuseBadPatterns);

type Config = z.output<typeof config>;

/** Starts a flow when somebody comments on a post or reel. */
export class CommentTrigger {
  static readonly description = describeNode({
    type: 'trigger.comment',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'New comment',
    summary: 'Starts when somebody comments on one of your posts or reels.',
    icon: 'message-circle',
    phrase: 'Comments with {{ keywords }}',
    docs: [
      'Starts the flow for every new comment on your posts, reels and ads.',
      '',
      'Type **keywords** to answer only some comments: with `price, cost` the comment "What is the PRICE?" starts the flow, "priceless" does not.',
      '',
      'Later steps can use:',
      '',
      '- `{{ trigger.comment.text }}`: what they wrote',
      '- `{{ trigger.from.username }}`: who wrote it',
      '- `{{ trigger.comment.media.id }}`: the post it stands under',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: commentEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    const { comment } = event;
    if (event.kind !== 'comment' || !comment) return false;
    if (comment.parentId && !config.includeReplies) return false;
    return (
      passesOwnFilter(event, config) &&
      isWatched(comment.media?.id, config.media) &&
      passesKeywords([comment.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}

function isWatched(mediaId: string | undefined, media: Config['media']): boolean {
  if (media === 'any' || media.length === 0) return true;
  return mediaId !== undefined && media.includes(mediaId);
}
