import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { WholeAnswer } from '../http-client/whole-answer.ts';
import { askWhole } from '../http-client/whole-answer.ts';
import { connectionError, errorCodeOf, graphError } from '../instagram/graph-error.ts';
import type { Pressure } from '../instagram/platform-pressure.ts';
import { platformPressure } from '../instagram/platform-pressure.ts';
import { parseJson } from '../parse-json.ts';
import { graphCalls } from '../telemetry/graph-calls.ts';

export type GraphRequest = {
  /** In words, for errors: `exchange the code`. */
  operation: string;
  /** For figures. */
  family: string;
  method?: 'GET' | 'POST';
  url: string;
  /** Sent as a header, never in the URL. */
  token?: string;
  form?: Record<string, string>;
  signal?: AbortSignal;
  /** Told, before the call settles, when the platform wants fewer calls. */
  onPressure?: ((pressure: Pressure) => void) | undefined;
};

const MAX_ANSWER_BYTES = 1_000_000;
const TIMEOUT_MS = 20_000;

/** One call. @throws NodeError with the codes of server/instagram/graph-error.ts */
export function graphRequest<T extends z.ZodType>(
  dispatcher: Dispatcher,
  answerSchema: T,
  call: GraphRequest,
): Promise<z.output<T>> {
  const { family, method = 'GET' } = call;
  return graphCalls.tracePromise(() => ask(dispatcher, answerSchema, call), { family, method });
}

async function ask<T extends z.ZodType>(
  dispatcher: Dispatcher,
  answerSchema: T,
  call: GraphRequest,
): Promise<z.output<T>> {
  const { status, headers, body } = await exchange(dispatcher, call);
  const isGood = status >= 200 && status <= 299;
  const errorCode = isGood ? undefined : errorCodeOf(body);
  const pressure = platformPressure({ status, errorCode, headers }, new Date());
  if (pressure) call.onPressure?.(pressure);
  if (!isGood) throw graphError(call.operation, status, asGraphError(body), pressure?.forMs);
  const answer = answerSchema.safeParse(parseJson(body));
  if (answer.success) return answer.data;
  throw new NodeError('instagram_answer', `Instagram's answer to "${call.operation}" could not be read.`, {
    retryable: true,
    details: { status },
  });
}

async function exchange(dispatcher: Dispatcher, call: GraphRequest): Promise<WholeAnswer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const request = {
    url: call.url,
    method: call.method ?? 'GET',
    headers: {
      ...(call.token !== undefined && { authorization: `Bearer ${call.token}` }),
      ...(call.form && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: call.form ? new URLSearchParams(call.form).toString() : null,
    signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
  };
  try {
    return await askWhole(dispatcher, request, MAX_ANSWER_BYTES);
  } catch (error) {
    throw connectionError(call.operation, error);
  }
}

/** The exchange of codes words its errors in a way of its own: `{error_type, code, error_message}`. */
function asGraphError(body: string): string {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || !('error_message' in parsed)) return body;
  return JSON.stringify({ error: { message: String(parsed.error_message) } });
}
