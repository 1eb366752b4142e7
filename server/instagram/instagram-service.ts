import { NodeError } from '../../engine/errors.ts';
import type { InstagramService } from '../../engine/services.ts';
import type { ConnectedAccount } from './account-directory.ts';
import { readAccount, readBusiness, readInsights } from './graph-insights.ts';
import type { MessageContent } from './graph-messages.ts';
import { reactToMessage, sendContent, sendSenderAction } from './graph-messages.ts';
import { readProfile, readStarters, writeStarters } from './graph-profiles.ts';
import {
  createContainer,
  listMedia,
  publishContainer,
  readContainer,
  readPublishingLimit,
} from './graph-publishing.ts';
import type { GuardedCallsDeps, ServedExecution } from './guarded-calls.ts';
import { createGuardedCalls } from './guarded-calls.ts';
import type { Author, SendKind } from './policy/proposed-send.ts';
import { cachedProfile } from './profile-cache.ts';

/**
 * The Instagram that the nodes of one execution see: `account: 'trigger'` is the account its event came to.
 *
 * What somebody else sees goes through `send`, which decides by the platform's rules and keeps what was sent; everything
 * else through `call` (guarded-calls.ts). Reads that settle an effect have families of their own, so neither they nor what
 * is sent keeps the other waiting.
 */
export function createInstagramService(deps: GuardedCallsDeps, execution: ServedExecution): InstagramService {
  const { find, call, send } = createGuardedCalls(deps, execution);

  const message = (
    { account, recipientId, kind, author }: ToPerson,
    content: MessageContent,
    signal: AbortSignal,
  ): Promise<{ messageId: string; recipientId: string }> =>
    send(
      account,
      {
        family: 'messages',
        kind,
        target: { personId: recipientId },
        ...('text' in content && { text: content.text }),
        ...(author && { author }),
        attachments: attachmentsOf(content),
        signal,
      },
      (client, as) => sendContent(client, as, { id: recipientId }, content, signal),
    );

  return {
    replyToComment: ({ account, commentId, text }, signal) =>
      send(
        account,
        { family: 'replies', kind: 'comment_reply', target: { commentId }, text, signal },
        (client, as) => client.replyToComment(as, commentId, text, signal),
      ),
    listReplies: ({ account, commentId }, signal) =>
      call(account, 'other', signal, (client, as) => client.listReplies(as, commentId, signal)),
    privateReply: ({ account, commentId, text, quickReplies, buttons }, signal) => {
      const content: MessageContent = buttons?.length
        ? { kind: 'buttons', text, buttons }
        : { kind: 'text', text, quickReplies };
      return send(
        account,
        {
          family: 'private_replies',
          kind: 'private_reply',
          target: { commentId },
          text,
          attachments: attachmentsOf(content),
          signal,
        },
        (client, as) => sendContent(client, as, { commentId }, content, signal),
      );
    },
    sendMessage: ({ account, recipientId, text, quickReplies, author }, signal) =>
      message(
        { account, recipientId, author, kind: quickReplies?.length ? 'quick_replies' : 'text' },
        { kind: 'text', text, quickReplies },
        signal,
      ),
    sendMedia: ({ account, recipientId, media, urls, author }, signal) =>
      message({ account, recipientId, author, kind: 'media' }, { kind: 'media', media, urls }, signal),
    sendButtons: ({ account, recipientId, text, buttons, author }, signal) =>
      message({ account, recipientId, author, kind: 'buttons' }, { kind: 'buttons', text, buttons }, signal),
    sendCards: ({ account, recipientId, cards, author }, signal) =>
      message({ account, recipientId, author, kind: 'template' }, { kind: 'cards', cards }, signal),
    senderAction: ({ account, recipientId, action }, signal) =>
      send(
        account,
        { family: 'messages', kind: 'sender_action', target: { personId: recipientId }, signal },
        (client, as) => sendSenderAction(client, as, { recipientId, action }, signal),
      ),
    react: ({ account, recipientId, messageId, reaction }, signal) =>
      send(
        account,
        { family: 'messages', kind: 'reaction', target: { personId: recipientId }, signal },
        (client, as) => reactToMessage(client, as, { recipientId, messageId, reaction }, signal),
      ),
    listMessages: ({ account, recipientId }, signal) =>
      call(account, 'reads', signal, (client, as) => client.listMessages(as, recipientId, signal)),
    hideComment: ({ account, commentId, hide }, signal) =>
      send(account, { family: 'other', kind: 'hide', target: { commentId }, hide, signal }, (client, as) =>
        client.hideComment(as, commentId, hide, signal),
      ),
    deleteComment: ({ account, commentId }, signal) =>
      send(account, { family: 'other', kind: 'delete', target: { commentId }, signal }, (client, as) =>
        client.deleteComment(as, commentId, signal),
      ),
    commentExists: ({ account, commentId }, signal) =>
      call(account, 'other', signal, (client, as) => client.commentExists(as, commentId, signal)),
    allowComments: ({ account, mediaId, allow }, signal) =>
      call(account, 'other', signal, (client, as) => client.allowComments(as, mediaId, allow, signal)),
    getProfile: async ({ account, personId }, signal) => {
      const fetch = () =>
        call(account, 'other', signal, (client, as) => readProfile(client, as, personId, signal));
      return cachedProfile(deps.guards.pool, await find(account), personId, fetch);
    },
    getAccount: ({ account }, signal) =>
      call(account, 'other', signal, (client, as) => readAccount(client, as, signal)),
    getInsights: ({ account, of, metrics }, signal) =>
      call(account, 'other', signal, (client, as) => readInsights(client, as, { of, metrics }, signal)),
    discoverBusiness: async ({ account, username }, signal) => {
      refuseInstagramLogin(await find(account));
      return call(account, 'other', signal, (client, as) => readBusiness(client, as, username, signal));
    },
    readStarters: ({ account }, signal) =>
      call(account, 'other', signal, (client, as) => readStarters(client, as, signal)),
    writeStarters: ({ account, ...starters }, signal) =>
      call(account, 'other', signal, (client, as) => writeStarters(client, as, starters, signal)),
    publishingLimit: ({ account }, signal) =>
      call(account, 'other', signal, (client, as) => readPublishingLimit(client, as, signal)),
    createContainer: ({ account, post }, signal) =>
      call(account, 'other', signal, (client, as) => createContainer(client, as, post, signal)),
    containerStatus: ({ account, containerId }, signal) =>
      call(account, 'other', signal, (client, as) => readContainer(client, as, containerId, signal)),
    publishContainer: ({ account, containerId }, signal) =>
      send(account, { family: 'other', kind: 'publish', target: {}, signal }, (client, as) =>
        publishContainer(client, as, containerId, signal),
      ),
    listMedia: ({ account }, signal) =>
      call(account, 'other', signal, (client, as) => listMedia(client, as, signal)),
  };
}

/** "Business Discovery" is part of the Instagram API with Facebook Login alone. What a typed-in token may do nobody knows. */
function refuseInstagramLogin({ login, username }: ConnectedAccount): void {
  if (login !== 'instagram') return;
  throw new NodeError(
    'needs_facebook_login',
    `@${username} was connected by the Instagram login, which shows no other accounts. Connect it over Facebook under Accounts.`,
  );
}

type ToPerson = { account: string; recipientId: string; kind: SendKind; author?: Author | undefined };

/** What is kept of a message beside its text. */
function attachmentsOf(content: MessageContent): unknown[] {
  switch (content.kind) {
    case 'text':
      return (content.quickReplies ?? []).map(({ title }) => ({ type: 'quick_reply', title }));
    case 'media':
      return content.urls.map((url) => ({ type: content.media, url }));
    case 'buttons':
      return content.buttons.map(({ title }) => ({ type: 'button', title }));
    case 'cards':
      return content.cards.map(({ title, imageUrl }) => ({
        type: 'card',
        title,
        ...(imageUrl && { url: imageUrl }),
      }));
    default:
      return content satisfies never;
  }
}
