import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import { parseJson } from '../parse-json.ts';
import { isOverLimit } from './platform-pressure.ts';

/** Error body of the Graph API ("Handle errors", Graph API documentation). */
const graphErrorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().optional(),
    code: z.number().optional(),
    error_subcode: z.number().optional(),
    fbtrace_id: z.string().optional(),
  }),
});

/** Codes that pass by themselves: unknown and temporary. Those of limits: platform-pressure.ts. */
const RETRY_LATER = new Set([1, 2]);
/** Subcodes of code 10 that mean: the 24-hour window of this conversation is closed. */
const OUTSIDE_WINDOW = new Set([2534022, 2018278]);

type Classified = { code: string; advice: string; retryable: boolean; throttled?: boolean };

/** The code in a body that is an error's, if it is one. */
export function errorCodeOf(body: string): number | undefined {
  const parsed = graphErrorSchema.safeParse(parseJson(body));
  return parsed.success ? parsed.data.error.code : undefined;
}

/**
 * Turns an answer of the Graph API that is not 2xx into the error that a node reports.
 * @param operation what was tried, in words: `reply to comment 179…`
 * @param retryAfterMs how long Instagram wants to be left alone, where it says so
 */
export function graphError(
  operation: string,
  status: number,
  body: string,
  retryAfterMs?: number,
): NodeError {
  const parsed = graphErrorSchema.safeParse(parseJson(body));
  const error = parsed.success ? parsed.data.error : { message: `HTTP ${status} without a readable body` };
  const { code, advice, retryable, throttled } = classify(status, error);
  // A refusal that Meta worded was decided before anything was done; a bare 5xx may come after the deed.
  const outcome = status >= 500 ? 'unknown' : 'not_performed';
  return new NodeError(code, `Instagram did not ${operation}: ${error.message} ${advice}`.trim(), {
    retryable,
    outcome,
    ...(throttled && { throttled }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { status, ...error },
  });
}

/** Failures before a single byte was sent: Instagram surely did nothing. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The connection failed or timed out; once it stood, nobody knows whether Instagram acted. */
export function connectionError(operation: string, cause: unknown): NodeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = (cause as { code?: unknown } | null)?.code;
  return new NodeError(
    'instagram_unreachable',
    `Instagram could not be reached to ${operation}: ${reason}.`,
    {
      retryable: true,
      outcome: typeof code === 'string' && NEVER_SENT.has(code) ? 'not_performed' : 'unknown',
      cause,
    },
  );
}

function classify(status: number, error: { code?: number; error_subcode?: number }): Classified {
  const { code = 0, error_subcode: subcode = 0 } = error;
  if (isOverLimit({ status, errorCode: code })) {
    return { code: 'instagram_limit', advice: 'It asks to slow down.', retryable: true, throttled: true };
  }
  if (status >= 500 || RETRY_LATER.has(code)) {
    return { code: 'instagram_busy', advice: 'It is tried again later.', retryable: true };
  }
  if (code === 190) {
    return { code: 'instagram_login', advice: 'Connect the account again under Accounts.', retryable: false };
  }
  if (code === 10 && OUTSIDE_WINDOW.has(subcode)) {
    return {
      code: 'instagram_outside_window',
      advice: 'Messages may be sent within 24 hours of the last message of the person.',
      retryable: false,
    };
  }
  if (code === 3 || code === 10 || (code >= 200 && code <= 299)) {
    return { code: 'instagram_permission', advice: 'Grant the permission under Accounts.', retryable: false };
  }
  if (code === 368)
    return { code: 'instagram_blocked', advice: 'Instagram blocks this action for now.', retryable: false };
  if (code === 551)
    return {
      code: 'instagram_unreachable_person',
      advice: 'This person cannot be reached.',
      retryable: false,
    };
  return { code: 'instagram_refused', advice: '', retryable: false };
}
