import type { SandboxPart } from '../contract/sandbox.ts';
import type { WebhookPart } from './sandbox-items.ts';
import { postOf } from './sandbox-media.ts';
import type { SandboxRow } from './sandbox-store.ts';
import { partsOf } from './sandbox-store.ts';

/** The body Meta would send, non-ASCII escaped as Meta does ("Webhooks", Instagram Platform documentation). */
export function webhookBody(item: SandboxRow): string {
  const body = {
    object: 'instagram',
    entry: [{ id: item.accountExternalId, time: item.at.getTime(), ...contentOf(item) }],
  };
  return JSON.stringify(body).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function contentOf(item: SandboxRow): object {
  if (item.kind === 'comment') return { changes: [commentChange(item)] };
  if (item.kind === 'message') return { messaging: [messagingItem(item)] };
  return item.attachments.find(isWebhookPart)?.content ?? { changes: [] };
}

const isWebhookPart = (part: unknown): part is WebhookPart =>
  typeof part === 'object' && part !== null && 'type' in part && part.type === 'webhook';

function commentChange(item: SandboxRow) {
  const post = postOf(item.mediaId);
  const isLive = post?.product === 'LIVE';
  return {
    field: isLive ? 'live_comments' : 'comments',
    value: {
      id: item.externalId,
      text: item.text,
      from: { id: item.fromExternalId, username: item.fromUsername },
      media: {
        id: item.mediaId,
        media_product_type: isLive ? 'LIVE' : (post?.product ?? 'FEED'),
        ...(post?.ad && { ad_id: post.ad.id, ad_title: post.ad.title }),
      },
      ...(item.parentExternalId && { parent_id: item.parentExternalId }),
    },
  };
}

function messagingItem(item: SandboxRow) {
  const parts = partsOf(item);
  const isEcho = item.fromExternalId === item.accountExternalId;
  const envelope = {
    sender: { id: item.fromExternalId },
    recipient: { id: item.toExternalId },
    timestamp: item.at.getTime(),
  };
  const postback = parts.find((part) => part.type === 'postback');
  if (postback) {
    return { ...envelope, postback: { mid: item.externalId, title: item.text, payload: postback.payload } };
  }
  const attachments = parts.flatMap(attachmentOf);
  const quickReply = parts.find((part) => part.type === 'quick_reply');
  const story = parts.find((part) => part.type === 'story_reply');
  return {
    ...envelope,
    message: {
      mid: item.externalId,
      ...((item.text !== '' || attachments.length === 0) && { text: item.text }),
      ...(attachments.length > 0 && { attachments }),
      ...(quickReply && { quick_reply: { payload: quickReply.payload } }),
      ...(story && { reply_to: { story: { id: story.id, url: story.url } } }),
      ...(isEcho && { is_echo: true }),
    },
  };
}

function attachmentOf(part: SandboxPart): object[] {
  switch (part.type) {
    case 'image':
    case 'video':
    case 'audio':
    case 'share':
    case 'story_mention':
      return [{ type: part.type, payload: { url: part.url } }];
    case 'buttons':
    case 'cards':
      return [{ type: 'template', payload: {} }];
    default:
      return [];
  }
}
