import { z } from 'zod';
import type { MediaKind, MessageButton, MessageCard, QuickReply } from '../../engine/services.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';

/** To whom: a person who wrote, or the author of a comment (a private reply). */
export type Recipient = { id: string } | { commentId: string };

/** What one message holds. */
export type MessageContent =
  | { kind: 'text'; text: string; quickReplies?: QuickReply[] | undefined }
  | { kind: 'media'; media: MediaKind; urls: string[] }
  | { kind: 'buttons'; text: string; buttons: MessageButton[] }
  | { kind: 'cards'; cards: MessageCard[] };

const messageAnswer = z.object({ message_id: z.string(), recipient_id: z.string().default('') });
const doneAnswer = z.looseObject({});

/**
 * Sends one message: to a person within 24 hours of their last one, to the author of a comment once and within 7 days
 * ("Send Messages", "Private Replies", "Quick Replies", "Button Template", "Generic Template").
 */
export async function sendContent(
  client: GraphClient,
  account: GraphAccount,
  to: Recipient,
  content: MessageContent,
  signal: AbortSignal,
): Promise<{ messageId: string; recipientId: string }> {
  const isPrivateReply = 'commentId' in to;
  const answer = await client.call(account, messageAnswer, {
    operation: isPrivateReply
      ? `reply privately to comment ${to.commentId}`
      : `send ${NOUNS[content.kind]} to ${to.id}`,
    family: isPrivateReply ? 'private_reply' : FAMILIES[content.kind],
    method: 'POST',
    path: MESSAGES,
    body: {
      recipient: isPrivateReply ? { comment_id: to.commentId } : { id: to.id },
      message: messageOf(content),
      ...(account.messageTag && { messaging_type: 'MESSAGE_TAG', tag: account.messageTag }),
    },
    signal,
  });
  return { messageId: answer.message_id, recipientId: answer.recipient_id };
}

/** Typing and seen, as the person sees them ("Sender Actions"). */
export async function sendSenderAction(
  client: GraphClient,
  account: GraphAccount,
  { recipientId, action }: { recipientId: string; action: 'typing_on' | 'typing_off' | 'mark_seen' },
  signal: AbortSignal,
): Promise<void> {
  await client.call(account, doneAnswer, {
    operation: `show "${action}" to ${recipientId}`,
    family: 'sender_action',
    method: 'POST',
    path: MESSAGES,
    body: { recipient: { id: recipientId }, sender_action: action },
    signal,
  });
}

/** The account's one reaction to a message, set or taken back ("Send Messages", reactions). */
export async function reactToMessage(
  client: GraphClient,
  account: GraphAccount,
  request: { recipientId: string; messageId: string; reaction: string | null },
  signal: AbortSignal,
): Promise<void> {
  const { recipientId, messageId, reaction } = request;
  await client.call(account, doneAnswer, {
    operation: `${reaction === null ? 'take back the reaction' : 'react'} to message ${messageId}`,
    family: 'react',
    method: 'POST',
    path: MESSAGES,
    body: {
      recipient: { id: recipientId },
      sender_action: reaction === null ? 'unreact' : 'react',
      payload: { message_id: messageId, ...(reaction !== null && { reaction }) },
    },
    signal,
  });
}

const NOUNS = {
  text: 'a message',
  media: 'media',
  buttons: 'a message with buttons',
  cards: 'cards',
} as const;
const FAMILIES = {
  text: 'send_message',
  media: 'send_media',
  buttons: 'send_buttons',
  cards: 'send_cards',
} as const;

/**
 * Messages are sent by whom the token belongs to: the account itself with the Instagram login ("Send Messages":
 * `/<IG_ID>/messages` or `/me/messages`), its page with the Facebook login ("Send a Message" of Instagram Messaging:
 * `/<PAGE_ID>/messages` or `/me/messages`). `me` is right for both; the id of the account is not, with a page's token.
 */
const MESSAGES = '/me/messages';

function messageOf(content: MessageContent): unknown {
  switch (content.kind) {
    case 'text':
      return {
        text: content.text,
        ...(content.quickReplies?.length && {
          quick_replies: content.quickReplies.map((reply) => ({ content_type: 'text', ...reply })),
        }),
      };
    case 'media': {
      const [first, ...others] = content.urls.map((url) => ({ type: content.media, payload: { url } }));
      return others.length === 0 ? { attachment: first } : { attachments: [first, ...others] };
    }
    case 'buttons':
      return template({
        template_type: 'button',
        text: content.text,
        buttons: content.buttons.map(toGraphButton),
      });
    case 'cards':
      return template({ template_type: 'generic', elements: content.cards.map(elementOf) });
    default:
      return content satisfies never;
  }
}

const template = (payload: object) => ({ attachment: { type: 'template', payload } });

/** As templates and the menu have it. */
export const toGraphButton = (button: MessageButton) =>
  button.type === 'url'
    ? { type: 'web_url', title: button.title, url: button.url }
    : { type: 'postback', title: button.title, payload: button.payload };

function elementOf({ title, subtitle, imageUrl, url, buttons }: MessageCard) {
  return {
    title,
    ...(subtitle && { subtitle }),
    ...(imageUrl && { image_url: imageUrl }),
    ...(url && { default_action: { type: 'web_url', url } }),
    ...(buttons.length > 0 && { buttons: buttons.map(toGraphButton) }),
  };
}
