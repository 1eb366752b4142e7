import { z } from 'zod';

const person = z.object({ id: z.string(), username: z.string().optional(), name: z.string().optional() });

/** What can hang on a message. `unsupported`: Instagram says that there is something and not what. */
export const ATTACHMENT_KINDS = [
  'image',
  'video',
  'audio',
  'file',
  'post',
  'reel',
  'story',
  'story_mention',
  'unsupported',
  'other',
] as const;
const attachmentKindSchema = z.enum(ATTACHMENT_KINDS);
export type AttachmentKind = z.output<typeof attachmentKindSchema>;

/**
 * What started an execution, in one shape whatever its source (DESIGN 8). Templates read it as `trigger`.
 * `raw` is the untouched payload item.
 */
export const triggerEventSchema = z.object({
  kind: z.enum([
    'comment',
    'live_comment',
    'message',
    'postback',
    'story_reply',
    'story_mention',
    'mention',
    'reaction',
    'referral',
    'message_edit',
    'message_deleted',
    'schedule',
    'webhook',
    'manual',
    'failure',
    'comment_spike',
    'call',
  ]),
  /** When it happened at the source, ISO 8601. */
  at: z.string(),
  /** `rowId` is the id of our account row, by which trigger filters may name the account. */
  account: z
    .object({ id: z.string(), username: z.string().optional(), rowId: z.string().optional() })
    .optional(),
  /** Far more comments in an hour than the workspace calls normal. */
  spike: z.object({ comments: z.number(), usual: z.number() }).optional(),
  from: person.optional(),
  /** True: the account itself did it (its own comment, an echo of what it sent). */
  isOwn: z.boolean().optional(),
  /** To whom the account sent it; of own messages only. */
  to: person.optional(),
  comment: z
    .object({
      id: z.string(),
      text: z.string(),
      parentId: z.string().optional(),
      /** `type` as the platform names it: `FEED`, `REELS`, `STORY`, `AD`. `originalId`: the post that the ad was made of. */
      media: z
        .object({
          id: z.string(),
          type: z.string().optional(),
          adId: z.string().optional(),
          adTitle: z.string().optional(),
          originalId: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  message: z
    .object({
      id: z.string(),
      text: z.string().default(''),
      /** `type` as the platform names it, `kind` in few words that stay the same (`ATTACHMENT_KINDS`). */
      attachments: z
        .array(
          z.object({
            type: z.string(),
            url: z.string().optional(),
            kind: attachmentKindSchema.optional(),
            title: z.string().optional(),
          }),
        )
        .default([]),
      quickReply: z.string().optional(),
      replyTo: z.string().optional(),
      /** `text` is what it says now. */
      isEdited: z.boolean().optional(),
      /** The person took it back; nothing else is known of it. */
      deleted: z.boolean().optional(),
    })
    .optional(),
  /** A tapped button, ice breaker or menu entry. */
  postback: z.object({ payload: z.string().optional(), title: z.string() }).optional(),
  /** `emoji` is missing when a reaction is taken back. */
  reaction: z
    .object({ action: z.enum(['react', 'unreact']), emoji: z.string().optional(), messageId: z.string() })
    .optional(),
  /** The link (`ig.me`) or ad by which the person came; stands beside the message or postback that it came with. */
  referral: z
    .object({
      ref: z.string().optional(),
      source: z.string().optional(),
      type: z.string().optional(),
      adId: z.string().optional(),
    })
    .optional(),
  mention: z
    .object({ mediaId: z.string(), commentId: z.string().optional(), kind: z.enum(['caption', 'comment']) })
    .optional(),
  /** The story that was replied to, or that mentions the account. */
  story: z.object({ id: z.string().optional(), url: z.string().optional() }).optional(),
  /** Body of a `trigger.webhook` call or the data given to a manual run. */
  data: z.unknown().optional(),
  /** Of `call`: what the calling flow handed over, by the names that the trigger lists, checked against them. */
  input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Of `call`: the step that calls, and the flows on the way to it, the outermost first. */
  caller: z
    .object({ executionId: z.string(), nodeId: z.string(), flowIds: z.array(z.string()).min(1).max(20) })
    .optional(),
  raw: z.unknown().optional(),
});

/** `account.id` is the platform's id of the professional account (`entry[].id`), not the id of our row. */
export type TriggerEvent = z.output<typeof triggerEventSchema>;
