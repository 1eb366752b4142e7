import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { WholeAnswer } from '../http-client/whole-answer.ts';
import { askWhole } from '../http-client/whole-answer.ts';
import { parseJson } from '../parse-json.ts';
import { graphCalls } from '../telemetry/graph-calls.ts';
import { connectionError, errorCodeOf, graphError } from './graph-error.ts';
import { withLastLook } from './last-look.ts';
import type { Pressure } from './platform-pressure.ts';
import { platformPressure } from './platform-pressure.ts';

/** Where and as whom to speak to the Graph API. The token travels in a header, never in a URL that may be logged. */
export type GraphAccount = {
  graphUrl: string;
  externalId: string;
  accessToken: string;
  /** For what a person wrote outside the window of 24 hours; a message sent for the account carries it. */
  messageTag?: 'HUMAN_AGENT';
};

export type GraphCall = {
  /** In words, for errors: `reply to comment 179…`. */
  operation: string;
  /** For figures: the same for all comments and people. */
  family: string;
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  signal: AbortSignal;
};

const MAX_ANSWER_BYTES = 1_000_000;
const TIMEOUT_MS = 20_000;

const idAnswer = z.object({ id: z.string() });
const successAnswer = z.object({ success: z.boolean() });
const repliesAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      text: z.string().default(''),
      timestamp: z.string().optional(),
      from: z.object({ id: z.string() }).optional(),
    }),
  ),
});
const conversationsAnswer = z.object({
  data: z.array(
    z.object({
      messages: z
        .object({
          data: z.array(
            z.object({
              id: z.string(),
              message: z.string().default(''),
              from: z.object({ id: z.string() }),
              created_time: z.string().optional(),
            }),
          ),
        })
        .optional(),
    }),
  ),
});

/** One pool of kept-alive connections for all accounts of the process. */
export function createGraphDispatcher(): Agent {
  return new Agent({ connections: 64, pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
}

/**
 * Speaks to the Instagram Graph API. Here stand the calls for comments and for reading conversations ("IG Comment Replies",
 * "IG Comment", "IG Media", "Get Conversations" of the Instagram Platform documentation); those for messages, profiles and
 * publishing are functions over `call` in graph-messages.ts, graph-profiles.ts and graph-publishing.ts.
 * Every call throws NodeError; see graph-error.ts for its codes.
 */
export class GraphClient {
  readonly #dispatcher: Dispatcher;
  readonly #onPressure: ((pressure: Pressure) => void) | undefined;

  /** @param onPressure told, before the call settles, when Instagram wants fewer calls */
  constructor(dispatcher: Dispatcher, onPressure?: (pressure: Pressure) => void) {
    this.#dispatcher = dispatcher;
    this.#onPressure = onPressure;
  }

  /**
   * The same client for one call whose pressure somebody wants to know.
   * @param maySend asked right before the call leaves
   */
  forCall(onPressure: (pressure: Pressure) => void, maySend: () => boolean): GraphClient {
    return new GraphClient(withLastLook(this.#dispatcher, maySend), onPressure);
  }

  /** Replies publicly. A reply to a reply is added to the top-level comment by Instagram. */
  replyToComment(
    account: GraphAccount,
    commentId: string,
    text: string,
    signal: AbortSignal,
  ): Promise<{ id: string }> {
    return this.call(account, idAnswer, {
      operation: `reply to comment ${commentId}`,
      family: 'reply_to_comment',
      method: 'POST',
      path: `/${encodeURIComponent(commentId)}/replies`,
      body: { message: text },
      signal,
    });
  }

  async listReplies(account: GraphAccount, commentId: string, signal: AbortSignal) {
    const answer = await this.call(account, repliesAnswer, {
      operation: `list the replies to comment ${commentId}`,
      family: 'list_replies',
      method: 'GET',
      path: `/${encodeURIComponent(commentId)}/replies?fields=id,text,timestamp,from&limit=50`,
      signal,
    });
    return answer.data.map(({ id, text, timestamp, from }) => ({
      id,
      text,
      ...(from && { fromId: from.id }),
      ...(timestamp && { at: timestamp }),
    }));
  }

  hideComment(account: GraphAccount, commentId: string, hide: boolean, signal: AbortSignal) {
    return this.call(account, successAnswer, {
      operation: `${hide ? 'hide' : 'show'} comment ${commentId}`,
      family: 'hide_comment',
      method: 'POST',
      path: `/${encodeURIComponent(commentId)}?hide=${hide}`,
      signal,
    });
  }

  /** It is gone for good. */
  deleteComment(account: GraphAccount, commentId: string, signal: AbortSignal) {
    return this.call(account, successAnswer, {
      operation: `delete comment ${commentId}`,
      family: 'delete_comment',
      method: 'DELETE',
      path: `/${encodeURIComponent(commentId)}`,
      signal,
    });
  }

  /** False when the platform says that there is no such comment, or none that the account may see. */
  async commentExists(account: GraphAccount, commentId: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.call(account, idAnswer, {
        operation: `look at comment ${commentId}`,
        family: 'read_comment',
        method: 'GET',
        path: `/${encodeURIComponent(commentId)}?fields=id`,
        signal,
      });
      return true;
    } catch (error) {
      if (isNoSuchObject(error)) return false;
      throw error;
    }
  }

  /** Comments of a post on or off ("IG Media", comment_enabled). */
  allowComments(account: GraphAccount, mediaId: string, allow: boolean, signal: AbortSignal) {
    return this.call(account, successAnswer, {
      operation: `switch the comments of post ${mediaId} ${allow ? 'on' : 'off'}`,
      family: 'allow_comments',
      method: 'POST',
      path: `/${encodeURIComponent(mediaId)}?comment_enabled=${allow}`,
      signal,
    });
  }

  /** The newest messages of the conversation with this person, of both sides. `me`: see graph-messages.ts. */
  async listMessages(account: GraphAccount, personId: string, signal: AbortSignal) {
    const person = encodeURIComponent(personId);
    const fields = encodeURIComponent('messages.limit(25){id,message,from,created_time}');
    const answer = await this.call(account, conversationsAnswer, {
      operation: `read the conversation with ${personId}`,
      family: 'list_messages',
      method: 'GET',
      path: `/me/conversations?platform=instagram&user_id=${person}&fields=${fields}`,
      signal,
    });
    const messages = answer.data.flatMap((conversation) => conversation.messages?.data ?? []);
    return messages.map(({ id, message, from, created_time }) => ({
      id,
      text: message,
      fromId: from.id,
      ...(created_time && { at: created_time }),
    }));
  }

  /** One call, its answer parsed by `answerSchema`. */
  call<T extends z.ZodType>(account: GraphAccount, answerSchema: T, call: GraphCall): Promise<z.output<T>> {
    const { family, method } = call;
    return graphCalls.tracePromise(() => this.#ask(account, answerSchema, call), { family, method });
  }

  async #ask<T extends z.ZodType>(
    account: GraphAccount,
    answerSchema: T,
    call: GraphCall,
  ): Promise<z.output<T>> {
    const { status, headers, body } = await this.#exchange(account, call);
    const isGood = status >= 200 && status <= 299;
    const errorCode = isGood ? undefined : errorCodeOf(body);
    const pressure = platformPressure({ status, errorCode, headers }, new Date());
    if (pressure) this.#onPressure?.(pressure);
    if (!isGood) throw graphError(call.operation, status, body, pressure?.forMs);
    const answer = answerSchema.safeParse(parseJson(body));
    if (answer.success) return answer.data;
    throw new NodeError('instagram_answer', `Instagram's answer to "${call.operation}" could not be read.`, {
      retryable: true,
      outcome: 'unknown',
      details: { status },
    });
  }

  async #exchange(account: GraphAccount, call: GraphCall): Promise<WholeAnswer> {
    const request = {
      url: account.graphUrl + call.path,
      method: call.method,
      headers: { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal,
    };
    try {
      return await askWhole(this.#dispatcher, request, MAX_ANSWER_BYTES);
    } catch (error) {
      throw connectionError(call.operation, error);
    }
  }
}

/** Code 100 with subcode 33: "Object with ID … does not exist, cannot be loaded due to missing permissions …". */
function isNoSuchObject(error: unknown): boolean {
  if (!(error instanceof NodeError)) return false;
  const { code, error_subcode: subcode } = (error.details ?? {}) as { code?: number; error_subcode?: number };
  return code === 100 && subcode === 33;
}
