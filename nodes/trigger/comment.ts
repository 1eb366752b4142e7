import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { commentEventShape } from './event-shape.ts';
import {
  commonFields,
  eventOutput,
  keywordFields,
  passesCommonFilters,
  passesKeywords,
  refuseBadFilters,
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
    mediaKinds: z
      .array(z.enum(['feed', 'reels', 'stories', 'ads']))
      .max(4)
      .default([])
      .meta({
        title: 'Kinds of posts',
        description: 'Watch only posts of these kinds. Leave empty for all. A boosted post counts as an ad.',
        advanced: true,
      }),
    includeReplies: z.boolean().default(false).meta({
      title: 'Also answers to other comments',
      description:
        'Off: only comments written directly under the post. On: also what people answer each other.',
      advanced: true,
    }),
    ...commonFields,
  })
  .superRefine(refuseBadFilters);

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
      '- `{{ trigger.comment.media.adTitle }}`: the ad it stands under, where it is one',
      '',
      'A comment under an ad stands under a copy of your post: give the id of the post itself, the ad is then watched too.',
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
      passesCommonFilters(event, config) &&
      isWatched(comment.media, config.media) &&
      (config.mediaKinds.length === 0 || config.mediaKinds.some((kind) => kind === kindOf(comment.media))) &&
      passesKeywords([comment.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}

type Media = NonNullable<TriggerEvent['comment']>['media'];

/** The comments of an ad carry the id of the ad's copy, and that of the post as `originalId`. */
function isWatched(media: Media, wanted: Config['media']): boolean {
  if (wanted === 'any' || wanted.length === 0) return true;
  return [media?.id, media?.originalId].some((id) => id !== undefined && wanted.includes(id));
}

const KINDS: Record<string, Config['mediaKinds'][number]> = {
  FEED: 'feed',
  REELS: 'reels',
  STORY: 'stories',
  AD: 'ads',
};

function kindOf(media: Media): Config['mediaKinds'][number] | undefined {
  if (media?.adId) return 'ads';
  const type = media?.type?.toUpperCase() ?? '';
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}
