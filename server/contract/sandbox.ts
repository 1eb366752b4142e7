import { z } from 'zod';
import { sandboxItemSchema, sandboxTimelineSchema } from './shapes.ts';

/** The sandbox beyond comments and messages: what stands in them, what a follower can do, posts, and Meta's bad moods. */

const tapButtonSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url'), title: z.string(), url: z.string() }),
  z.object({ type: z.literal('postback'), title: z.string(), payload: z.string() }),
]);
export type SandboxButton = z.output<typeof tapButtonSchema>;

export const sandboxCardSchema = z.object({
  title: z.string(),
  subtitle: z.string().optional(),
  imageUrl: z.string().optional(),
  url: z.string().optional(),
  buttons: z.array(tapButtonSchema),
});

export const MEDIA_KINDS = ['image', 'video', 'audio', 'share'] as const;

/** What stands in a comment or message beside its text (`attachments` of a sandbox item). */
export const sandboxPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(MEDIA_KINDS), url: z.string() }),
  z.object({ type: z.literal('story_mention'), url: z.string() }),
  z.object({ type: z.literal('story_reply'), id: z.string(), url: z.string() }),
  z.object({
    type: z.literal('quick_replies'),
    replies: z.array(z.object({ title: z.string(), payload: z.string() })),
  }),
  z.object({ type: z.literal('buttons'), buttons: z.array(tapButtonSchema) }),
  z.object({ type: z.literal('cards'), cards: z.array(sandboxCardSchema) }),
  /** The person tapped a quick reply; the text is its title. */
  z.object({ type: z.literal('quick_reply'), payload: z.string() }),
  /** The person tapped a button, an ice breaker or a line of the menu. */
  z.object({ type: z.literal('postback'), payload: z.string() }),
  z.object({ type: z.literal('referral'), ref: z.string() }),
  z.object({
    type: z.literal('reaction'),
    by: z.enum(['account', 'follower']),
    reaction: z.string(),
    emoji: z.string(),
  }),
  z.object({ type: z.literal('edited'), times: z.number().int() }),
]);
export type SandboxPart = z.output<typeof sandboxPartSchema>;

/** A post that can be commented on. */
export const sandboxMediaSchema = z.object({
  id: z.string(),
  product: z.enum(['FEED', 'REELS', 'AD', 'LIVE', 'STORY']),
  caption: z.string(),
  commentsAllowed: z.boolean(),
  /** Set for what the account published here. */
  publishedAt: z.iso.datetime().nullable(),
  urls: z.array(z.string()),
});
export type SandboxMedia = z.output<typeof sandboxMediaSchema>;

const startersSchema = z.object({
  iceBreakers: z.array(z.object({ question: z.string(), payload: z.string() })),
  menu: z.array(tapButtonSchema),
});

/** What the account showed a person without writing, and what people did without writing to it. */
const activitySchema = z.object({
  id: z.string(),
  kind: z.enum(['typing_on', 'typing_off', 'mark_seen', 'referral', 'mention', 'caption_mention']),
  /** Of the person concerned. */
  username: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
});
export type SandboxActivity = z.output<typeof activitySchema>;

// Bad moods

export const CALL_MOODS = ['none', 'limit', 'login', 'server_error', 'slow', 'reset'] as const;
export const sandboxMoodsSchema = z.object({
  /** How the simulated Graph API treats calls. */
  calls: z.enum(CALL_MOODS).default('none'),
  /** How many of a hundred calls are treated so. */
  percent: z.number().int().min(1).max(100).default(100),
  /** For so many calls, then all is well again; null: until it is switched off. */
  nextCalls: z.number().int().min(0).max(1_000).nullable().default(null),
  /** Every webhook is delivered twice. */
  duplicateWebhooks: z.boolean().default(false),
  /** Webhooks of the same moment are delivered last first. */
  reorderWebhooks: z.boolean().default(false),
});
export type SandboxMoods = z.output<typeof sandboxMoodsSchema>;

/** `GET /api/v1/sandbox/timeline`: the timeline with all of it. */
export const sandboxWorldSchema = sandboxTimelineSchema.extend({
  items: z.array(sandboxItemSchema.extend({ attachments: z.array(sandboxPartSchema) })),
  media: z.array(sandboxMediaSchema),
  activities: z.array(activitySchema),
  starters: startersSchema,
  moods: sandboxMoodsSchema,
});
export type SandboxWorld = z.output<typeof sandboxWorldSchema>;
export type SandboxWorldItem = SandboxWorld['items'][number];

// What a follower does

const username = z.string().min(1).max(30).optional();
const messageId = z.string().min(1).max(64);
const text = z.string().min(1).max(1_000);

export const FOLLOWER_REACTIONS = {
  love: '❤️',
  like: '👍',
  laugh: '😂',
  wow: '😮',
  sad: '😢',
  angry: '😠',
} as const;

export const sandboxEventRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('media'), username, media: z.enum(MEDIA_KINDS), text: text.optional() }),
  /** A quick reply under a message of the account. */
  z.object({ kind: z.literal('quick_reply'), username, messageId, payload: z.string().max(1_000) }),
  /** A button of a message or card of the account. */
  z.object({ kind: z.literal('button'), username, messageId, payload: z.string().max(1_000) }),
  z.object({ kind: z.literal('ice_breaker'), username, payload: z.string().max(1_000) }),
  z.object({ kind: z.literal('menu'), username, payload: z.string().max(1_000) }),
  z.object({ kind: z.literal('story_reply'), username, text }),
  z.object({ kind: z.literal('story_mention'), username }),
  /** The account is named in a comment or a caption under somebody else's post. */
  z.object({ kind: z.literal('mention'), username, where: z.enum(['comment', 'caption']), text }),
  /** `reaction: null` takes it back. */
  z.object({
    kind: z.literal('reaction'),
    username,
    messageId,
    reaction: z.enum(['love', 'like', 'laugh', 'wow', 'sad', 'angry']).nullable(),
  }),
  /** An ig.me link with a ref was opened. */
  z.object({ kind: z.literal('referral'), username, ref: z.string().min(1).max(200) }),
  z.object({ kind: z.literal('edit'), messageId, text }),
  z.object({ kind: z.literal('unsend'), messageId }),
]);
export type SandboxEventRequest = z.output<typeof sandboxEventRequestSchema>;
/** The id of what came of it. */
export const sandboxEventSchema = z.object({ id: z.string() });
