import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { Pressure } from '../instagram/platform-pressure.ts';
import type { GraphRequest } from './graph-request.ts';
import { graphRequest } from './graph-request.ts';

/** As whom to ask, and where. */
export type SpokenFor = {
  graphUrl: string;
  externalId: string;
  /** The page behind it, where it was connected over Facebook: messages and webhooks are the page's there. */
  pageId: string | null;
  accessToken: string;
};

export type Profile = { externalId: string; username: string; profilePictureUrl: string | null };

export type ReadComment = {
  id: string;
  text: string;
  at: string;
  from: { id: string; username?: string };
  parentId?: string;
};
export type ReadMedia = { id: string; productType: string | null };
export type ReadMessage = { id: string; text: string; at: string; fromId: string; fromUsername?: string };
export type ReadConversation = { updatedAt: string; messages: ReadMessage[] };
/** A part of a list, newest first; `next` is the address of the rest. */
export type Part<T> = { items: T[]; next: string | null };

const profileAnswer = z.object({
  user_id: z.string().optional(),
  id: z.string().optional(),
  username: z.string().optional(),
  account_type: z.string().optional(),
  profile_picture_url: z.string().optional(),
});
const subscriptionsAnswer = z.object({
  data: z.array(z.object({ id: z.string().optional(), subscribed_fields: z.array(z.string()).optional() })),
});
const successAnswer = z.object({ success: z.boolean() });
const publishingAnswer = z.object({
  data: z
    .array(
      z.object({
        quota_usage: z.number(),
        config: z.object({ quota_total: z.number() }).optional(),
      }),
    )
    .min(1),
});
const paging = z.object({ next: z.string().optional() }).optional();
const person = z.object({ id: z.string(), username: z.string().optional() });
const comment = z.object({
  id: z.string(),
  text: z.string().default(''),
  timestamp: z.string(),
  from: person.optional(),
  parent_id: z.string().optional(),
});
const mediaAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      media_product_type: z.string().optional(),
      comments_count: z.number().optional(),
    }),
  ),
});
const commentsAnswer = z.object({
  data: z.array(comment.extend({ replies: z.object({ data: z.array(comment) }).optional() })),
  paging,
});
const conversationsAnswer = z.object({
  data: z.array(
    z.object({
      updated_time: z.string(),
      messages: z
        .object({
          data: z.array(
            z.object({
              id: z.string(),
              created_time: z.string(),
              from: person.optional(),
              message: z.string().default(''),
            }),
          ),
        })
        .optional(),
    }),
  ),
  paging,
});

/**
 * Fields of an account's webhooks. Which of them are sent is decided in the app's dashboard; being subscribed to one at all
 * is what opens the tap ("Webhooks" of the Instagram Platform: enable subscriptions).
 */
const INSTAGRAM_FIELDS =
  'comments,live_comments,messages,messaging_postbacks,messaging_referral,message_reactions';
/** Any field of a page will do ("Set Up Webhooks for Instagram": enable page subscriptions). */
const PAGE_FIELDS = 'feed';

/** What is asked about an account beside what flows do with it. All calls throw NodeError. */
export class AccountClient {
  readonly #dispatcher: Dispatcher;
  readonly #onPressure: ((pressure: Pressure) => void) | undefined;

  constructor(dispatcher: Dispatcher, onPressure?: (pressure: Pressure) => void) {
    this.#dispatcher = dispatcher;
    this.#onPressure = onPressure;
  }

  /** The same client for calls whose pressure somebody wants to know. */
  withPressure(onPressure: (pressure: Pressure) => void): AccountClient {
    return new AccountClient(this.#dispatcher, onPressure);
  }

  /**
   * Whose token it is ("Me" and "IG User"). `user_id` is what webhooks call the account; `id` is another one.
   * @throws NodeError `not_professional` for accounts that the API does not serve
   */
  async profile(account: Omit<SpokenFor, 'externalId'> & { externalId?: string }): Promise<Profile> {
    const path =
      account.pageId === null
        ? '/me?fields=user_id,username,account_type,profile_picture_url'
        : `/${encodeURIComponent(account.externalId ?? '')}?fields=id,username,profile_picture_url`;
    const answer = await this.#ask(account, profileAnswer, {
      operation: 'tell whose token this is',
      family: 'profile',
      url: account.graphUrl + path,
    });
    const externalId = account.pageId === null ? answer.user_id : answer.id;
    if (answer.account_type === 'PERSONAL' || externalId === undefined || !answer.username) {
      throw new NodeError(
        'not_professional',
        'Instagram shows no professional account behind this token. Switch the account to a business or creator account in the Instagram app.',
      );
    }
    return {
      externalId,
      username: answer.username,
      profilePictureUrl: answer.profile_picture_url ?? null,
    };
  }

  /** Webhooks of this account are sent from now on. */
  async subscribe(account: SpokenFor): Promise<void> {
    const fields = account.pageId === null ? INSTAGRAM_FIELDS : PAGE_FIELDS;
    const { success } = await this.#ask(account, successAnswer, {
      operation: 'subscribe to webhooks',
      family: 'subscribe',
      method: 'POST',
      url: `${this.#owner(account)}/subscribed_apps?subscribed_fields=${encodeURIComponent(fields)}`,
    });
    if (!success) throw new NodeError('instagram_refused', 'Instagram did not subscribe to webhooks.');
  }

  /** @param appId of a page's many apps; an Instagram account shows only ours */
  async isSubscribed(account: SpokenFor, appId: string | undefined): Promise<boolean> {
    const { data } = await this.#ask(account, subscriptionsAnswer, {
      operation: 'read the subscriptions',
      family: 'subscriptions',
      url: `${this.#owner(account)}/subscribed_apps`,
    });
    return data.some(({ id }) => account.pageId === null || id === appId);
  }

  /** Posts of the last 24 hours and how many may be ("Content Publishing Limit"). */
  async publishingLimit(account: SpokenFor): Promise<{ used: number; total: number | null }> {
    const { data } = await this.#ask(account, publishingAnswer, {
      operation: 'read the publishing limit',
      family: 'publishing_limit',
      url: `${account.graphUrl}/${encodeURIComponent(account.externalId)}/content_publishing_limit?fields=quota_usage,config`,
    });
    return { used: data[0]?.quota_usage ?? 0, total: data[0]?.config?.quota_total ?? null };
  }

  /** The newest posts that have comments ("IG User Media"). */
  async media(account: SpokenFor): Promise<ReadMedia[]> {
    const { data } = await this.#ask(account, mediaAnswer, {
      operation: 'list the posts',
      family: 'list_media',
      url: `${account.graphUrl}/${encodeURIComponent(account.externalId)}/media?fields=id,media_product_type,comments_count&limit=25`,
    });
    return data
      .filter(({ comments_count: count }) => count !== 0)
      .map(({ id, media_product_type }) => ({ id, productType: media_product_type ?? null }));
  }

  /** Comments of a post with their replies, newest first ("IG Media Comments"). */
  async comments(account: SpokenFor, mediaId: string, next: string | null): Promise<Part<ReadComment>> {
    const fields = 'id,text,timestamp,from,parent_id,replies.limit(50){id,text,timestamp,from,parent_id}';
    const first = `/${encodeURIComponent(mediaId)}/comments?limit=50&fields=${encodeURIComponent(fields)}`;
    const { data, paging } = await this.#ask(account, commentsAnswer, {
      operation: `list the comments of post ${mediaId}`,
      family: 'list_comments',
      url: next ?? account.graphUrl + first,
    });
    const items = data.flatMap(({ replies, ...top }) => [
      ...readComment(top),
      ...(replies?.data ?? []).flatMap((reply) =>
        readComment({ ...reply, parent_id: reply.parent_id ?? top.id }),
      ),
    ]);
    return { items, next: sameHost(paging?.next, account.graphUrl) };
  }

  /** Conversations with their newest messages; the 20 newest of each can be read ("Get Conversations"). */
  async conversations(account: SpokenFor, next: string | null): Promise<Part<ReadConversation>> {
    const fields = 'updated_time,messages.limit(20){id,created_time,from,message}';
    const first = `/conversations?platform=instagram&limit=20&fields=${encodeURIComponent(fields)}`;
    const { data, paging } = await this.#ask(account, conversationsAnswer, {
      operation: 'list the conversations',
      family: 'list_conversations',
      url: next ?? this.#owner(account) + first,
    });
    const items = data.map(({ updated_time, messages }) => ({
      updatedAt: updated_time,
      messages: (messages?.data ?? []).flatMap(({ id, created_time, from, message }) =>
        from
          ? [
              {
                id,
                text: message,
                at: created_time,
                fromId: from.id,
                ...(from.username && { fromUsername: from.username }),
              },
            ]
          : [],
      ),
    }));
    return { items, next: sameHost(paging?.next, account.graphUrl) };
  }

  #owner({ graphUrl, pageId }: SpokenFor): string {
    return pageId === null ? `${graphUrl}/me` : `${graphUrl}/${encodeURIComponent(pageId)}`;
  }

  #ask<T extends z.ZodType>(
    account: { accessToken: string },
    schema: T,
    call: Omit<GraphRequest, 'token' | 'onPressure'>,
  ): Promise<z.output<T>> {
    return graphRequest(this.#dispatcher, schema, {
      ...call,
      token: account.accessToken,
      onPressure: this.#onPressure,
    });
  }
}

/** Comments whose author Instagram does not name can't be answered as anybody's. */
function readComment({ id, text, timestamp, from, parent_id }: z.output<typeof comment>): ReadComment[] {
  if (!from) return [];
  const { username, ...who } = from;
  return [
    {
      id,
      text,
      at: timestamp,
      from: { ...who, ...(username && { username }) },
      ...(parent_id && { parentId: parent_id }),
    },
  ];
}

/** The token goes along: to nobody but who gave the address. */
function sameHost(next: string | undefined, graphUrl: string): string | null {
  if (!next || !URL.canParse(next)) return null;
  const url = new URL(next);
  // It would repeat the token in the address.
  url.searchParams.delete('access_token');
  return url.origin === new URL(graphUrl).origin ? url.href : null;
}
