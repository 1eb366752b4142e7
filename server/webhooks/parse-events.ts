import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';

/** One event of a delivery, in our shape where it is of a kind that flows know. */
export type IncomingEvent = {
  /** `entry[].id`; null when the entry has none. */
  accountExternalId: string | null;
  kind: string;
  /** The same for every delivery of the same event. */
  dedupeKey: string;
  payload: unknown;
} & ({ event: TriggerEvent } | { event: null; reason: string });

/** Entries and events past these are cut off: Meta batches up to 1,000 updates in a delivery. */
const MAX_EVENTS = 1_000;

const envelopeSchema = z.object({
  object: z.string().optional(),
  entry: z.array(z.unknown()).max(MAX_EVENTS),
});

const entrySchema = z.object({
  id: z.coerce.string().max(64),
  time: z.number().optional(),
  changes: z.array(z.unknown()).optional(),
  messaging: z.array(z.unknown()).optional(),
});

/**
 * Takes a delivery apart. An entry or event that can't be read is kept as such, with the reason, and leaves its
 * neighbours alone.
 * @returns null when the body is no delivery at all
 */
export function parseEvents(body: unknown, receivedAt: Date): IncomingEvent[] | null {
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) return null;
  return envelope.data.entry.flatMap((entry) => parseEntry(entry, receivedAt)).slice(0, MAX_EVENTS);
}

function parseEntry(entry: unknown, receivedAt: Date): IncomingEvent[] {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return [unreadable(null, 'entry', entry)];
  const { id: account, time, changes = [], messaging = [] } = parsed.data;
  const at = isoTime(time, receivedAt);
  return [
    ...changes.map((change) => parseChange(account, at, change)),
    ...messaging.map((message) => parseMessaging(account, at, message)),
  ];
}

const text = z.string().max(20_000);
const identifier = z.coerce.string().min(1).max(512);
const personSchema = z.object({ id: identifier, username: z.string().max(200).optional() });

const changeSchema = z.object({ field: z.string().max(100), value: z.unknown() });

const commentSchema = z.object({
  id: identifier,
  text: text.default(''),
  from: personSchema,
  media: z.object({ id: identifier, media_product_type: z.string().max(100).optional() }).optional(),
  parent_id: identifier.optional(),
});

const mentionSchema = z.object({ media_id: identifier, comment_id: identifier.optional() });

/** `changes[]`: Instagram Platform, "Webhooks", fields `comments`, `live_comments`, `mentions`. */
function parseChange(account: string, at: string, change: unknown): IncomingEvent {
  const parsed = changeSchema.safeParse(change);
  if (!parsed.success) return unreadable(account, 'change', change);
  const { field, value } = parsed.data;
  if (field === 'comments' || field === 'live_comments') {
    const comment = commentSchema.safeParse(value);
    if (!comment.success) return unreadable(account, field, change);
    const { id, from, media, parent_id: parentId } = comment.data;
    const kind = field === 'comments' ? 'comment' : 'live_comment';
    return accepted(account, kind, `comment:${account}:${id}`, change, {
      kind,
      at,
      account: { id: account },
      from,
      comment: {
        id,
        text: comment.data.text,
        ...(parentId && { parentId }),
        ...(media && {
          media: { id: media.id, ...(media.media_product_type && { type: media.media_product_type }) },
        }),
      },
    });
  }
  if (field === 'mentions') {
    const mention = mentionSchema.safeParse(value);
    if (!mention.success) return unreadable(account, field, change);
    const { media_id: mediaId, comment_id: commentId } = mention.data;
    return accepted(account, 'mention', `mention:${account}:${mediaId}:${commentId ?? ''}`, change, {
      kind: 'mention',
      at,
      account: { id: account },
      comment: { id: commentId ?? '', text: '', media: { id: mediaId } },
    });
  }
  return ignored(account, field, change, `Events of the field "${field}" start no flow.`);
}

const messagingSchema = z.object({
  sender: personSchema,
  recipient: z.object({ id: identifier }).optional(),
  timestamp: z.number().optional(),
  message: z
    .object({
      mid: identifier,
      text: text.optional(),
      attachments: z
        .array(
          z.object({
            type: z.string().max(100),
            payload: z.object({ url: z.string().max(4_000).optional() }).nullish(),
          }),
        )
        .max(50)
        .optional(),
      quick_reply: z.object({ payload: text }).optional(),
      reply_to: z.object({ mid: identifier.optional(), story: z.unknown().optional() }).optional(),
      is_echo: z.boolean().optional(),
      is_deleted: z.boolean().optional(),
      is_unsupported: z.boolean().optional(),
    })
    .optional(),
  postback: z
    .object({ mid: identifier.optional(), title: text.optional(), payload: text.optional() })
    .optional(),
  reaction: z
    .object({
      mid: identifier,
      action: z.string().max(100).optional(),
      reaction: z.string().max(100).optional(),
      emoji: z.string().max(100).optional(),
    })
    .optional(),
  referral: z
    .object({
      ref: text.optional(),
      source: z.string().max(200).optional(),
      type: z.string().max(200).optional(),
    })
    .optional(),
  read: z.unknown().optional(),
});
type Messaging = z.output<typeof messagingSchema>;

/** `messaging[]`: Messenger Platform for Instagram, "Webhooks for Instagram Messaging". */
function parseMessaging(account: string, entryAt: string, item: unknown): IncomingEvent {
  const parsed = messagingSchema.safeParse(item);
  if (!parsed.success) return unreadable(account, 'messaging', item);
  const { sender, timestamp, message, postback, reaction, referral } = parsed.data;
  const base = { at: isoTime(timestamp, new Date(entryAt)), account: { id: account }, from: sender };
  if (message) return parseMessage(account, base, message, item);
  if (postback) {
    const { mid, title = '', payload } = postback;
    const key = mid ? `postback:${account}:${mid}` : `postback:${account}:${hashOf(item)}`;
    return accepted(account, 'postback', key, item, {
      kind: 'postback',
      ...base,
      message: { id: mid ?? '', text: title, attachments: [], ...(payload && { quickReply: payload }) },
      data: { title, payload },
    });
  }
  if (reaction) {
    return accepted(account, 'reaction', `reaction:${account}:${hashOf(item)}`, item, {
      kind: 'reaction',
      ...base,
      message: { id: reaction.mid, text: reaction.emoji ?? '', attachments: [] },
      data: { action: reaction.action, reaction: reaction.reaction, emoji: reaction.emoji },
    });
  }
  if (referral) {
    return accepted(account, 'referral', `referral:${account}:${hashOf(item)}`, item, {
      kind: 'referral',
      ...base,
      data: referral,
    });
  }
  return ignored(account, 'messaging', item, 'Events of this kind start no flow.');
}

function parseMessage(
  account: string,
  base: Pick<TriggerEvent, 'at' | 'account' | 'from'>,
  message: NonNullable<Messaging['message']>,
  item: unknown,
): IncomingEvent {
  const key = `message:${account}:${message.mid}`;
  if (message.is_deleted) {
    return ignored(account, 'message_deleted', item, 'A message was deleted.', `${key}:deleted`);
  }
  if (message.is_unsupported) {
    return ignored(account, 'message', item, 'Instagram does not pass this kind of message on.', key);
  }
  const attachments = (message.attachments ?? []).map(({ type, payload }) => ({
    type,
    ...(payload?.url && { url: payload.url }),
  }));
  const kind = attachments.some(({ type }) => type === 'story_mention')
    ? 'story_mention'
    : message.reply_to?.story
      ? 'story_reply'
      : 'message';
  return accepted(account, kind, key, item, {
    kind,
    ...base,
    message: {
      id: message.mid,
      text: message.text ?? '',
      attachments,
      ...(message.quick_reply && { quickReply: message.quick_reply.payload }),
      ...(message.reply_to?.mid && { replyTo: message.reply_to.mid }),
    },
  });
}

function accepted(
  accountExternalId: string,
  kind: string,
  dedupeKey: string,
  payload: unknown,
  event: TriggerEvent,
): IncomingEvent {
  return { accountExternalId, kind, dedupeKey, payload, event: { ...event, raw: payload } };
}

function ignored(
  accountExternalId: string | null,
  kind: string,
  payload: unknown,
  reason: string,
  dedupeKey = `${kind}:${accountExternalId}:${hashOf(payload)}`,
): IncomingEvent {
  return { accountExternalId, kind: kind.slice(0, 100), dedupeKey, payload, event: null, reason };
}

function unreadable(accountExternalId: string | null, kind: string, payload: unknown): IncomingEvent {
  return ignored(accountExternalId, kind, payload ?? null, 'This part of the delivery could not be read.');
}

function hashOf(payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(payload) ?? '')
    .digest('hex');
}

/** Meta gives seconds in comments and milliseconds in messages. */
function isoTime(time: number | undefined, fallback: Date): string {
  if (time === undefined) return fallback.toISOString();
  const date = new Date(time < 1e11 ? time * 1_000 : time);
  return Number.isNaN(date.getTime()) ? fallback.toISOString() : date.toISOString();
}
