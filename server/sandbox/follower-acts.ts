import type { SandboxEventRequest, SandboxPart } from '../contract/sandbox.ts';
import { FOLLOWER_REACTIONS } from '../contract/sandbox.ts';
import { HttpProblem } from '../http/problem.ts';
import { newExternalId } from './sandbox-account.ts';
import type { ActivityPart, SandboxAccount, WebhookPart } from './sandbox-items.ts';
import { followerItem } from './sandbox-items.ts';
import { FOREIGN_MEDIA } from './sandbox-media.ts';
import type { NewSandboxItem, SandboxRow, SandboxStore } from './sandbox-store.ts';
import { partsOf } from './sandbox-store.ts';
import { withReaction } from './simulate-messages.ts';

export const DEFAULT_FOLLOWER = 'mia';

/** Files that stand for what a follower sends. Nothing fetches them. */
const FILES = {
  image: 'https://example.com/sandbox/picture.jpg',
  video: 'https://example.com/sandbox/video.mp4',
  audio: 'https://example.com/sandbox/voice.m4a',
  share: 'https://example.com/sandbox/shared-post',
  story: 'https://example.com/sandbox/story.jpg',
} as const;

type World = { store: SandboxStore; account: SandboxAccount; now: Date };

/**
 * Does what a follower did, as far as it changes what is there, and gives the row whose webhook tells of it.
 * @throws HttpProblem when the message or button is not there
 */
export async function followerAct(world: World, act: SandboxEventRequest): Promise<NewSandboxItem> {
  const { account, store, now: at } = world;
  const username = ('username' in act && act.username) || DEFAULT_FOLLOWER;
  const write = (text: string, parts: SandboxPart[] = []) =>
    followerItem(account, { kind: 'message', username, text, parts, at });
  const activity = (kind: ActivityPart['kind'], text: string, content: WebhookPart['content']) =>
    followerItem(account, {
      kind: 'activity',
      username,
      text,
      parts: [
        { type: 'activity', kind },
        { type: 'webhook', content },
      ],
      at,
    });

  switch (act.kind) {
    case 'media':
      return write(act.text ?? '', [{ type: act.media, url: FILES[act.media] }]);
    case 'quick_reply': {
      const message = await findMessage(world, act.messageId);
      const title = partsOf(message)
        .flatMap((part) => (part.type === 'quick_replies' ? part.replies : []))
        .find(({ payload }) => payload === act.payload)?.title;
      return write(found(title, 'payload'), [{ type: 'quick_reply', payload: act.payload }]);
    }
    case 'button': {
      const message = await findMessage(world, act.messageId);
      return write(found(buttonTitle(message, act.payload), 'payload'), [
        { type: 'postback', payload: act.payload },
      ]);
    }
    case 'ice_breaker': {
      const { iceBreakers } = await store.state(account.workspaceId);
      const title = iceBreakers.find(({ payload }) => payload === act.payload)?.question;
      return write(found(title, 'payload'), [{ type: 'postback', payload: act.payload }]);
    }
    case 'menu': {
      const { menu } = await store.state(account.workspaceId);
      const title = menu.find(({ payload }) => payload === act.payload)?.title;
      return write(found(title, 'payload'), [{ type: 'postback', payload: act.payload }]);
    }
    case 'story_reply':
      return write(act.text, [{ type: 'story_reply', id: newExternalId(), url: FILES.story }]);
    case 'story_mention':
      return write('', [{ type: 'story_mention', url: FILES.story }]);
    case 'mention': {
      const isComment = act.where === 'comment';
      return activity(isComment ? 'mention' : 'caption_mention', act.text, {
        changes: [
          {
            field: 'mentions',
            value: {
              media_id: isComment ? FOREIGN_MEDIA : newExternalId(),
              ...(isComment && { comment_id: newExternalId() }),
            },
          },
        ],
      });
    }
    case 'referral': {
      const item = activity('referral', act.ref, { messaging: [] });
      const referral = { ref: act.ref, source: 'IGME-SOURCE-LINK', type: 'OPEN_THREAD' };
      return withMessaging(item, { referral });
    }
    case 'reaction':
      return reaction(world, act, username);
    case 'edit':
    case 'unsend':
      return changeOwn(world, act);
    default:
      return act satisfies never;
  }
}

async function reaction(
  world: World,
  act: Extract<SandboxEventRequest, { kind: 'reaction' }>,
  username: string,
): Promise<NewSandboxItem> {
  const message = await findMessage(world, act.messageId);
  const emoji = act.reaction === null ? undefined : FOLLOWER_REACTIONS[act.reaction];
  const parts = withReaction(partsOf(message), 'follower', act.reaction ?? undefined, emoji);
  await world.store.change(world.account.externalId, act.messageId, { attachments: parts });
  const item = followerItem(world.account, { kind: 'event', username, text: '', at: world.now });
  return withMessaging(item, {
    reaction: {
      mid: act.messageId,
      action: act.reaction === null ? 'unreact' : 'react',
      ...(act.reaction !== null && { reaction: act.reaction, emoji }),
    },
  });
}

/** A follower can change what they wrote, not what the account did. */
async function changeOwn(
  world: World,
  act: Extract<SandboxEventRequest, { kind: 'edit' | 'unsend' }>,
): Promise<NewSandboxItem> {
  const { store, account } = world;
  const message = await findMessage(world, act.messageId);
  if (message.fromExternalId === account.externalId) throw notThere('messageId');
  const mid = act.messageId;
  const item = followerItem(account, {
    kind: 'event',
    username: message.fromUsername,
    text: '',
    at: world.now,
  });
  if (act.kind === 'unsend') {
    await store.change(account.externalId, mid, { deleted: true });
    return withMessaging(item, { message: { mid, is_deleted: true } });
  }
  const parts = partsOf(message);
  const times = 1 + (parts.find((part) => part.type === 'edited')?.times ?? 0);
  const others = parts.filter(({ type }) => type !== 'edited');
  await store.change(account.externalId, mid, {
    text: act.text,
    attachments: [...others, { type: 'edited', times }],
  });
  return withMessaging(item, { message_edit: { mid, text: act.text, num_edit: times } });
}

/** The event of a conversation that is no message of its own. */
function withMessaging(item: NewSandboxItem, event: Record<string, unknown>): NewSandboxItem {
  const content = {
    messaging: [
      {
        sender: { id: item.fromExternalId },
        recipient: { id: item.accountExternalId },
        timestamp: item.at.getTime(),
        ...event,
      },
    ],
  };
  const others = (item.attachments ?? []).filter((part) => (part as { type?: unknown }).type !== 'webhook');
  return { ...item, attachments: [...others, { type: 'webhook', content } satisfies WebhookPart] };
}

async function findMessage({ store, account }: World, id: string): Promise<SandboxRow> {
  const row = await store.find(account.externalId, id);
  if (row?.kind !== 'message' || row.deleted) throw notThere('messageId');
  return row;
}

function buttonTitle(message: SandboxRow, payload: string): string | undefined {
  const buttons = partsOf(message).flatMap((part) => {
    if (part.type === 'buttons') return part.buttons;
    return part.type === 'cards' ? part.cards.flatMap((card) => card.buttons) : [];
  });
  return buttons.find((button) => button.type === 'postback' && button.payload === payload)?.title;
}

function found(title: string | undefined, path: string): string {
  if (title === undefined) throw notThere(path);
  return title;
}

function notThere(path: string): HttpProblem {
  const message = path === 'messageId' ? 'There is no such message.' : 'There is nothing with it to tap.';
  return new HttpProblem(400, 'validation', 'Bad request', `The sandbox does not have it: ${message}`, {
    errors: [{ path, message }],
  });
}
