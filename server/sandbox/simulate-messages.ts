import { z } from 'zod';
import type { SandboxButton, SandboxPart } from '../contract/sandbox.ts';
import {
  badParameter,
  noSuchObject,
  refuseContent,
  refuseMessage,
  refusePrivateReply,
  windowFrom,
} from './rules.ts';
import type { ActivityPart } from './sandbox-items.ts';
import { ownItem } from './sandbox-items.ts';
import type { NewSandboxItem, SandboxRow } from './sandbox-store.ts';
import { partsOf } from './sandbox-store.ts';
import { findComment } from './simulate-comments.ts';
import type { Simulate, SimulatedCall } from './simulated-call.ts';
import { Refused, requireOwn, throwIf } from './simulated-call.ts';

const button = z.discriminatedUnion('type', [
  z.object({ type: z.literal('web_url'), title: z.string(), url: z.string() }),
  z.object({ type: z.literal('postback'), title: z.string(), payload: z.string() }),
]);
const element = z.object({
  title: z.string(),
  subtitle: z.string().optional(),
  image_url: z.string().optional(),
  default_action: z.object({ url: z.string() }).optional(),
  buttons: z.array(button).default([]),
});
const file = z.object({
  type: z.enum(['image', 'video', 'audio']),
  payload: z.object({ url: z.string() }),
});
const template = z.object({
  type: z.literal('template'),
  payload: z.discriminatedUnion('template_type', [
    z.object({
      template_type: z.literal('button'),
      text: z.string().min(1),
      buttons: z.array(button).min(1),
    }),
    z.object({ template_type: z.literal('generic'), elements: z.array(element).min(1) }),
  ]),
});
const message = z.union([
  z.object({
    text: z.string().min(1),
    quick_replies: z
      .array(z.object({ content_type: z.string(), title: z.string(), payload: z.string() }))
      .default([]),
  }),
  z.object({ attachment: z.union([file, template]) }),
  z.object({ attachments: z.array(file).min(1) }),
]);
const person = z.object({ id: z.string() });
const sendBody = z.object({
  recipient: z.union([z.object({ comment_id: z.string() }), person]),
  message,
  tag: z.string().optional(),
});
const senderActionBody = z.object({
  recipient: person,
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen']),
});
const reactionBody = z.object({
  recipient: person,
  sender_action: z.enum(['react', 'unreact']),
  payload: z.object({ message_id: z.string(), reaction: z.string().optional() }),
});

/** The Send API: a message, a sender action or a reaction. */
export const sendMessage: Simulate = async (call) => {
  requireOwn(call);
  const action = senderActionBody.safeParse(call.body);
  if (action.success) return showPresence(call, action.data.recipient.id, action.data.sender_action);
  const reaction = reactionBody.safeParse(call.body);
  if (reaction.success) return react(call, reaction.data);
  const body = sendBody.safeParse(call.body);
  if (!body.success) throw new Refused(badParameter('recipient and message'));
  const { recipient, tag } = body.data;
  const { text, parts } = contentOf(body.data.message);
  const item = { ...ownItem(call.account, 'message', text, call.now()), attachments: parts };
  const sent =
    'comment_id' in recipient
      ? await call.tell(await privateReply(call, recipient.comment_id, item))
      : await call.tell(await directMessage(call, recipient.id, item, tag === 'HUMAN_AGENT'));
  return { recipient_id: sent.toExternalId, message_id: sent.externalId };
};

export const listConversations: Simulate = async (call) => {
  requireOwn(call);
  const personId = String(call.query.user_id ?? '');
  const messages = await call.store.conversation(call.account.externalId, personId);
  if (messages.length === 0) return { data: [] };
  return { data: [{ id: `conversation_${personId}`, messages: { data: messages.map(messageFields) } }] };
};

async function privateReply(call: SimulatedCall, commentId: string, item: NewSandboxItem) {
  const comment = await findComment(call, commentId);
  const earlier = await call.store.privateReplyTo(call.account.externalId, commentId);
  throwIf(refusePrivateReply(comment, commentId, item.text, earlier !== undefined, call.now()));
  return {
    ...item,
    parentExternalId: commentId,
    toExternalId: comment?.fromExternalId ?? null,
    isPrivateReply: true,
  };
}

async function directMessage(
  call: SimulatedCall,
  personId: string,
  item: NewSandboxItem,
  isHumanAgent: boolean,
) {
  await requireWindow(call, personId, item.text, isHumanAgent);
  return { ...item, toExternalId: personId };
}

/** Typing goes by itself, seen stays; both are seen in the phone and told by no webhook. */
async function showPresence(call: SimulatedCall, personId: string, kind: ActivityPart['kind']) {
  await requireWindow(call, personId);
  await call.store.add({
    ...ownItem(call.account, 'activity', '', call.now()),
    toExternalId: personId,
    attachments: [{ type: 'activity', kind }],
    isSilent: true,
  });
  return { recipient_id: personId };
}

async function react(call: SimulatedCall, body: z.output<typeof reactionBody>) {
  const { store, account } = call;
  const { id: personId } = body.recipient;
  const { message_id: messageId, reaction } = body.payload;
  await requireWindow(call, personId);
  const found = await store.find(account.externalId, messageId);
  const isTheirs = found?.fromExternalId === personId || found?.toExternalId === personId;
  if (found?.kind !== 'message' || !isTheirs || found.deleted) throw new Refused(noSuchObject(messageId));
  if (body.sender_action === 'react' && !reaction) throw new Refused(badParameter('payload[reaction]'));
  await store.change(account.externalId, messageId, {
    attachments: withReaction(
      partsOf(found),
      'account',
      body.sender_action === 'react' ? reaction : undefined,
    ),
  });
  return { recipient_id: personId };
}

/** Each side has one reaction to a message. */
export function withReaction(
  parts: readonly SandboxPart[],
  by: 'account' | 'follower',
  reaction: string | undefined,
  emoji = '❤️',
): SandboxPart[] {
  const others = parts.filter((part) => !(part.type === 'reaction' && part.by === by));
  return reaction === undefined ? others : [...others, { type: 'reaction', by, reaction, emoji }];
}

async function requireWindow(call: SimulatedCall, personId: string, text = '', isHumanAgent = false) {
  const last = await call.store.lastFrom(call.account.externalId, personId);
  throwIf(refuseMessage(last && windowFrom(last), text, call.now(), isHumanAgent));
}

function contentOf(sent: z.output<typeof message>): { text: string; parts: SandboxPart[] } {
  if ('text' in sent) {
    const replies = sent.quick_replies.map(({ title, payload }) => ({ title: title.slice(0, 20), payload }));
    throwIf(refuseContent({ quickReplies: replies }));
    return { text: sent.text, parts: replies.length > 0 ? [{ type: 'quick_replies', replies }] : [] };
  }
  if ('attachments' in sent) return mediaOf(sent.attachments);
  const { attachment } = sent;
  if (attachment.type !== 'template') return mediaOf([attachment]);
  const { payload } = attachment;
  if (payload.template_type === 'button') {
    const buttons = payload.buttons.map(toButton);
    throwIf(refuseContent({ buttonText: payload.text, buttons }));
    return { text: payload.text, parts: [{ type: 'buttons', buttons }] };
  }
  const cards = payload.elements.map(({ title, subtitle, image_url, default_action, buttons }) => ({
    title,
    ...(subtitle && { subtitle }),
    ...(image_url && { imageUrl: image_url }),
    ...(default_action && { url: default_action.url }),
    buttons: buttons.map(toButton),
  }));
  throwIf(refuseContent({ cards }));
  return { text: '', parts: [{ type: 'cards', cards }] };
}

function mediaOf(files: z.output<typeof file>[]): { text: string; parts: SandboxPart[] } {
  const parts = files.map(({ type, payload }) => ({ type, url: payload.url }));
  throwIf(refuseContent({ media: parts }));
  return { text: '', parts };
}

const toButton = (sent: z.output<typeof button>): SandboxButton =>
  sent.type === 'web_url' ? { type: 'url', title: sent.title, url: sent.url } : sent;

/** What stands in a template is not told. */
function messageFields(row: SandboxRow) {
  const isTemplate = partsOf(row).some(({ type }) => type === 'buttons' || type === 'cards');
  return {
    id: row.externalId,
    message: isTemplate ? '' : row.text,
    created_time: row.at.toISOString(),
    from: { id: row.fromExternalId, username: row.fromUsername },
  };
}
