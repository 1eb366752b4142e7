import { z } from 'zod';
import type { AttachmentKind, TriggerEvent } from '../../engine/event.ts';
import type { Entry, IncomingEvent } from './incoming-event.ts';
import { accepted, ignored, isoTime, unreadable } from './incoming-event.ts';
import { flag, identifier, listOf, maybe, text, wholeNumber } from './lenient.ts';

const personSchema = z.object({ id: identifier(), username: maybe(text(200)) });
const messageId = identifier(512);

const referralSchema = z.object({
  ref: maybe(text(2_000)),
  source: maybe(text(200)),
  type: maybe(text(200)),
  ad_id: maybe(identifier()),
});

const attachmentSchema = z.object({
  type: z.string().max(100),
  payload: maybe(z.object({ url: maybe(z.string().max(4_000)), title: maybe(text(1_000)) })),
});
type Attachment = z.output<typeof attachmentSchema>;

const messageSchema = z.object({
  mid: messageId,
  text: maybe(text()),
  attachments: maybe(listOf(attachmentSchema, 50)),
  quick_reply: maybe(z.object({ payload: text(2_000) })),
  reply_to: maybe(
    z.object({
      mid: maybe(messageId),
      story: maybe(z.object({ id: maybe(identifier()), url: maybe(z.string().max(4_000)) })),
    }),
  ),
  referral: maybe(referralSchema),
  is_echo: flag,
  is_self: flag,
  is_deleted: flag,
  is_unsupported: flag,
});

const postbackSchema = z.object({
  mid: maybe(messageId),
  title: text(2_000).catch(''),
  payload: maybe(text(2_000)),
  referral: maybe(referralSchema),
});

const reactionSchema = z.object({
  mid: messageId,
  action: maybe(z.enum(['react', 'unreact'])),
  reaction: maybe(text(100)),
  emoji: maybe(text(100)),
});

const editSchema = z.object({ mid: messageId, text: text().catch(''), num_edit: maybe(wholeNumber) });

const commonSchema = z.object({
  sender: personSchema,
  recipient: maybe(personSchema),
  timestamp: maybe(wholeNumber),
  is_self: flag,
});

/** What every event of a conversation has in common. */
type Talk = Pick<TriggerEvent, 'at' | 'from' | 'isOwn' | 'to'>;

/** A part of `messaging[]` makes the event's kind; the first that is there counts. */
const PARTS: Record<string, (entry: Entry, talk: Talk, part: unknown, item: unknown) => IncomingEvent> = {
  message: parseMessage,
  message_edit: parseEdit,
  postback: parsePostback,
  reaction: parseReaction,
  referral: parseReferral,
};

/** Parts that start no flow: the kind under which they are kept, and why. */
const QUIET_PARTS: Record<string, [kind: string, reason: string]> = {
  read: ['messaging_seen', 'That a message was seen starts no flow.'],
  delivery: ['message_delivery', 'That a message arrived starts no flow.'],
  optin: ['messaging_optins', 'Consent to marketing messages starts no flow.'],
  pass_thread_control: ['messaging_handover', 'Which app has the conversation starts no flow.'],
  take_thread_control: ['messaging_handover', 'Which app has the conversation starts no flow.'],
  request_thread_control: ['messaging_handover', 'Which app has the conversation starts no flow.'],
  app_roles: ['messaging_handover', 'Which app has the conversation starts no flow.'],
};

/** One of `messaging[]` (Meta, "Webhooks for Instagram Messaging" and "Webhook Notification Examples"). */
export function parseMessaging(entry: Entry, item: unknown): IncomingEvent {
  if (item === null || typeof item !== 'object') return unreadable(entry.accountId, 'messaging', item);
  const parts = new Map<string, unknown>(Object.entries(item).filter(([, part]) => part !== null));
  const [name, parse] = Object.entries(PARTS).find(([candidate]) => parts.has(candidate)) ?? [];
  if (!name || !parse) {
    const [, quiet] = Object.entries(QUIET_PARTS).find(([candidate]) => parts.has(candidate)) ?? [];
    const [kind, reason] = quiet ?? ['messaging', 'Events of this kind start no flow.'];
    return ignored(entry.accountId, kind, item, reason);
  }
  const common = commonSchema.safeParse(item);
  if (!common.success) return unreadable(entry.accountId, name, item);
  const { sender, recipient, timestamp, is_self } = common.data;
  const part = parts.get(name);
  const isOwn = is_self || sender.id === entry.accountId || isFromAccount(part);
  const talk: Talk = {
    at: isoTime(timestamp, entry.at, entry.receivedAt),
    from: { id: sender.id, ...(sender.username && { username: sender.username }) },
    ...(isOwn && { isOwn, ...(recipient && { to: { id: recipient.id } }) }),
  };
  return parse(entry, talk, part, item);
}

/** Echoes of what the account sent, by whatever app, and what it wrote to itself (Meta, "Self Messaging"). */
function isFromAccount(message: unknown): boolean {
  const flags = z.object({ is_echo: flag, is_self: flag }).safeParse(message);
  return flags.success && (flags.data.is_echo || flags.data.is_self);
}

function parseMessage(entry: Entry, talk: Talk, part: unknown, item: unknown): IncomingEvent {
  const parsed = messageSchema.safeParse(part);
  if (!parsed.success) return unreadable(entry.accountId, 'message', item);
  const message = parsed.data;
  const key = `message:${entry.accountId}:${message.mid}`;
  if (message.is_deleted) {
    return accepted(entry, item, `${key}:deleted`, {
      kind: 'message_deleted',
      ...talk,
      message: { id: message.mid, text: '', attachments: [], deleted: true },
    });
  }
  const attachments = (message.attachments ?? []).map(toAttachment);
  if (message.is_unsupported && attachments.length === 0) {
    attachments.push({ type: 'unsupported', kind: 'unsupported' });
  }
  const mention = attachments.find(({ kind }) => kind === 'story_mention');
  const story = message.reply_to?.story ?? (mention && { url: mention.url });
  return accepted(entry, item, key, {
    kind: mention ? 'story_mention' : message.reply_to?.story ? 'story_reply' : 'message',
    ...talk,
    message: {
      id: message.mid,
      text: message.text ?? '',
      attachments,
      ...(message.quick_reply && { quickReply: message.quick_reply.payload }),
      ...(message.reply_to?.mid && { replyTo: message.reply_to.mid }),
    },
    ...(story && { story }),
    ...(message.referral && { referral: toReferral(message.referral) }),
  });
}

function parseEdit(entry: Entry, talk: Talk, part: unknown, item: unknown): IncomingEvent {
  const parsed = editSchema.safeParse(part);
  if (!parsed.success) return unreadable(entry.accountId, 'message_edit', item);
  const { mid, text, num_edit: count } = parsed.data;
  // While an app is in development mode, new messages are announced so too, without what they say.
  if (count === 0) {
    return ignored(entry.accountId, 'message_edit', item, 'Nothing was changed in this message yet.');
  }
  const key = count === undefined ? null : `message:${entry.accountId}:${mid}:edit:${count}`;
  return accepted(entry, item, key, {
    kind: 'message_edit',
    ...talk,
    message: { id: mid, text, attachments: [], isEdited: true },
  });
}

/** Buttons of templates, ice breakers and entries of the persistent menu; they can't be told apart but by payload. */
function parsePostback(entry: Entry, talk: Talk, part: unknown, item: unknown): IncomingEvent {
  const parsed = postbackSchema.safeParse(part);
  if (!parsed.success) return unreadable(entry.accountId, 'postback', item);
  const { mid, title, payload, referral } = parsed.data;
  return accepted(entry, item, mid ? `postback:${entry.accountId}:${mid}` : null, {
    kind: 'postback',
    ...talk,
    message: { id: mid ?? '', text: title, attachments: [], ...(payload && { quickReply: payload }) },
    postback: { title, ...(payload && { payload }) },
    ...(referral && { referral: toReferral(referral) }),
    data: { title, payload },
  });
}

/** Reacting, taking it back and reacting again are three events on one message; only their times differ. */
function parseReaction(entry: Entry, talk: Talk, part: unknown, item: unknown): IncomingEvent {
  const parsed = reactionSchema.safeParse(part);
  if (!parsed.success) return unreadable(entry.accountId, 'reaction', item);
  const { mid, reaction, emoji } = parsed.data;
  const action = parsed.data.action ?? (emoji || reaction ? 'react' : 'unreact');
  const key = `reaction:${entry.accountId}:${mid}:${talk.from?.id}:${action}:${talk.at}`;
  return accepted(entry, item, key, {
    kind: 'reaction',
    ...talk,
    message: { id: mid, text: emoji ?? '', attachments: [] },
    reaction: { action, messageId: mid, ...(emoji && { emoji }) },
    data: { action, reaction, emoji },
  });
}

function parseReferral(entry: Entry, talk: Talk, part: unknown, item: unknown): IncomingEvent {
  const parsed = referralSchema.safeParse(part);
  if (!parsed.success) return unreadable(entry.accountId, 'referral', item);
  const { ref, source, type } = parsed.data;
  return accepted(entry, item, null, {
    kind: 'referral',
    ...talk,
    referral: toReferral(parsed.data),
    data: { ref, source, type },
  });
}

function toReferral({ ref, source, type, ad_id }: z.output<typeof referralSchema>) {
  return {
    ...(ref && { ref }),
    ...(source && { source }),
    ...(type && { type }),
    ...(ad_id && { adId: ad_id }),
  };
}

const KIND_OF_TYPE: Record<string, AttachmentKind> = {
  image: 'image',
  animated_image: 'image',
  sticker: 'image',
  video: 'video',
  audio: 'audio',
  file: 'file',
  share: 'post',
  ig_post: 'post',
  post: 'post',
  ig_reel: 'reel',
  reel: 'reel',
  story: 'story',
  ig_story: 'story',
  story_mention: 'story_mention',
  unsupported: 'unsupported',
};

function toAttachment({
  type,
  payload,
}: Attachment): NonNullable<TriggerEvent['message']>['attachments'][number] {
  const kind = Object.hasOwn(KIND_OF_TYPE, type) ? KIND_OF_TYPE[type] : undefined;
  return {
    type,
    ...(payload?.url && { url: payload.url }),
    kind: kind ?? 'other',
    ...(payload?.title && { title: payload.title }),
  };
}
