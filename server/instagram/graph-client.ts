import type { Dispatcher } from 'undici';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import { parseJson } from '../parse-json.ts';
import { graphCalls } from '../telemetry/graph-calls.ts';
import { connectionError, errorCodeOf, graphError } from './graph-error.ts';
import { withLastLook } from './last-look.ts';
import type { Pressure } from './platform-pressure.ts';
import { platformPressure } from './platform-pressure.ts';

/** Where and as whom to speak to the Graph API. The token travels in a header, never in a URL that may be logged. */
export type GraphAccount = { graphUrl: string; externalId: string; accessToken: string };

type Call = {
  /** In words, for errors: `reply to comment 179…`. */
  operation: string;
  /** For figures: the same for all comments and people. */
  family: string;
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  signal: AbortSignal;
};

const MAX_ANSWER_BYTES = 1_000_000;
const TIMEOUT_MS = 20_000;

const idAnswer = z.object({ id: z.string() });
const messageAnswer = z.object({ message_id: z.string(), recipient_id: z.string().default('') });
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
 * The calls of the Instagram Graph API that flows use ("IG Comment Replies", "IG Comment", "Send a Private Reply to a
 * Commenter", "Send Messages", "Get Conversations" of the Instagram Platform documentation).
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
    return this.#call(account, idAnswer, {
      operation: `reply to comment ${commentId}`,
      family: 'reply_to_comment',
      method: 'POST',
      path: `/${encodeURIComponent(commentId)}/replies`,
      body: { message: text },
      signal,
    });
  }

  async listReplies(account: GraphAccount, commentId: string, signal: AbortSignal) {
    const answer = await this.#call(account, repliesAnswer, {
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
    return this.#call(account, successAnswer, {
      operation: `${hide ? 'hide' : 'show'} comment ${commentId}`,
      family: 'hide_comment',
      method: 'POST',
      path: `/${encodeURIComponent(commentId)}?hide=${hide}`,
      signal,
    });
  }

  /** One per comment, within 7 days. */
  privateReply(account: GraphAccount, commentId: string, text: string, signal: AbortSignal) {
    return this.#send(
      account,
      'private_reply',
      `reply privately to comment ${commentId}`,
      { comment_id: commentId },
      text,
      signal,
    );
  }

  /** Within 24 hours of the person's last message. */
  sendMessage(account: GraphAccount, recipientId: string, text: string, signal: AbortSignal) {
    return this.#send(
      account,
      'send_message',
      `send a message to ${recipientId}`,
      { id: recipientId },
      text,
      signal,
    );
  }

  /** The newest messages of the conversation with this person, of both sides. */
  async listMessages(account: GraphAccount, personId: string, signal: AbortSignal) {
    const person = encodeURIComponent(personId);
    const fields = encodeURIComponent('messages.limit(25){id,message,from,created_time}');
    const answer = await this.#call(account, conversationsAnswer, {
      operation: `read the conversation with ${personId}`,
      family: 'list_messages',
      method: 'GET',
      path: `/${encodeURIComponent(account.externalId)}/conversations?platform=instagram&user_id=${person}&fields=${fields}`,
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

  async #send(
    account: GraphAccount,
    family: string,
    operation: string,
    recipient: { id: string } | { comment_id: string },
    text: string,
    signal: AbortSignal,
  ) {
    const answer = await this.#call(account, messageAnswer, {
      operation,
      family,
      method: 'POST',
      path: `/${encodeURIComponent(account.externalId)}/messages`,
      body: { recipient, message: { text } },
      signal,
    });
    return { messageId: answer.message_id, recipientId: answer.recipient_id };
  }

  #call<T extends z.ZodType>(account: GraphAccount, answerSchema: T, call: Call): Promise<z.output<T>> {
    const { family, method } = call;
    return graphCalls.tracePromise(() => this.#ask(account, answerSchema, call), { family, method });
  }

  async #ask<T extends z.ZodType>(account: GraphAccount, answerSchema: T, call: Call): Promise<z.output<T>> {
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

  async #exchange(account: GraphAccount, call: Call) {
    try {
      const answer = await request(account.graphUrl + call.path, {
        dispatcher: this.#dispatcher,
        method: call.method,
        headers: { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: call.signal,
      });
      const body = await readBounded(answer.body);
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (error) {
      throw connectionError(call.operation, error);
    }
  }
}

async function readBounded(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
