import { z } from 'zod';
import type { Entry, IncomingEvent } from './incoming-event.ts';
import { accepted, ignored, unreadable } from './incoming-event.ts';
import { identifier, maybe, text } from './lenient.ts';
import { parseMessaging } from './parse-messaging.ts';

const changeSchema = z.object({ field: z.string(), value: z.unknown().optional() });

/** Meta, "Webhooks Reference: Instagram", fields `comments` and `live_comments`. */
const commentSchema = z.object({
  /** With Facebook Login the examples say `comment_id`. */
  id: maybe(identifier()),
  comment_id: maybe(identifier()),
  text: text().catch(''),
  from: z.object({
    id: identifier(),
    username: maybe(text(200)),
    /** Only there when the account itself wrote it (Meta, "Self Messaging"). */
    self_ig_scoped_id: maybe(identifier()),
  }),
  media: maybe(
    z.object({
      id: identifier(),
      media_product_type: maybe(text(100)),
      ad_id: maybe(identifier()),
      ad_title: maybe(text(1_000)),
      original_media_id: maybe(identifier()),
    }),
  ),
  parent_id: maybe(identifier()),
});

const mentionSchema = z.object({ media_id: identifier(), comment_id: maybe(identifier()) });

/** Fields whose value is what otherwise stands in `messaging[]`; the test button of the App Dashboard sends them so. */
const MESSAGING_FIELDS = new Set([
  'messages',
  'message_echoes',
  'message_edit',
  'message_edits',
  'message_reactions',
  'messaging_postbacks',
  'messaging_referral',
  'messaging_seen',
]);

const REASONS: Record<string, string> = {
  story_insights: 'Figures of a story that ended start no flow.',
  messaging_handover: 'Which app has the conversation starts no flow.',
  standby: 'Another app has this conversation.',
};

/** One of `changes[]`, or an entry that carries `field` and `value` itself (Meta, "Webhook Notification Examples"). */
export function parseChange(entry: Entry, change: unknown): IncomingEvent {
  const parsed = changeSchema.safeParse(change);
  if (!parsed.success) return unreadable(entry.accountId, 'change', change);
  const { field, value } = parsed.data;
  if (field === 'comments') return parseComment(entry, 'comment', change, value);
  if (field === 'live_comments') return parseComment(entry, 'live_comment', change, value);
  if (field === 'mentions') return parseMention(entry, change, value);
  if (MESSAGING_FIELDS.has(field)) return parseMessaging(entry, value);
  const reason = Object.hasOwn(REASONS, field) ? REASONS[field] : undefined;
  return ignored(
    entry.accountId,
    field,
    change,
    reason ?? `Events of the field "${field.slice(0, 100)}" start no flow.`,
  );
}

/** A boosted post's comment may come twice, also as live and not live: the comment's id alone is its key. */
function parseComment(
  entry: Entry,
  kind: 'comment' | 'live_comment',
  change: unknown,
  value: unknown,
): IncomingEvent {
  const parsed = commentSchema.safeParse(value);
  const id = parsed.data?.id ?? parsed.data?.comment_id;
  if (!parsed.success || id === undefined) return unreadable(entry.accountId, kind, change);
  const { from, media, parent_id: parentId } = parsed.data;
  const isOwn = from.self_ig_scoped_id !== undefined || from.id === entry.accountId;
  return accepted(entry, change, `comment:${entry.accountId}:${id}`, {
    kind,
    at: entry.at,
    from: { id: from.id, ...(from.username && { username: from.username }) },
    ...(isOwn && { isOwn }),
    comment: {
      id,
      text: parsed.data.text,
      ...(parentId && { parentId }),
      ...(media && {
        media: {
          id: media.id,
          ...(media.media_product_type && { type: media.media_product_type }),
          ...(media.ad_id && { adId: media.ad_id }),
          ...(media.ad_title && { adTitle: media.ad_title }),
          ...(media.original_media_id && { originalId: media.original_media_id }),
        },
      }),
    },
  });
}

/** Who mentioned the account, and in which words, has to be asked for: the event has ids alone. */
function parseMention(entry: Entry, change: unknown, value: unknown): IncomingEvent {
  const parsed = mentionSchema.safeParse(value);
  if (!parsed.success) return unreadable(entry.accountId, 'mention', change);
  const { media_id: mediaId, comment_id: commentId } = parsed.data;
  return accepted(entry, change, `mention:${entry.accountId}:${mediaId}:${commentId ?? ''}`, {
    kind: 'mention',
    at: entry.at,
    comment: { id: commentId ?? '', text: '', media: { id: mediaId } },
    mention: { mediaId, ...(commentId && { commentId }), kind: commentId ? 'comment' : 'caption' },
  });
}
