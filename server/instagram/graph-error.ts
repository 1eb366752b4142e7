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
    error_user_msg: z.string().optional(),
    fbtrace_id: z.string().optional(),
  }),
});

/** What an error of Instagram's means for us; each is dealt with in one way. */
export const ERROR_CLASSES = [
  'limit',
  'retry_later',
  'media_processing',
  'new_login',
  'permission',
  'outside_window',
  'private_reply_used',
  'policy_block',
  'unreachable_person',
  'gone',
  'permanent',
  'unreachable',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

type Meaning = {
  code: string;
  advice: string;
  retryable: boolean;
  throttled?: boolean;
  retryAfterMs?: number;
};

const MEANINGS: Record<Exclude<ErrorClass, 'unreachable'>, Meaning> = {
  limit: { code: 'instagram_limit', advice: 'It asks to slow down.', retryable: true, throttled: true },
  retry_later: { code: 'instagram_busy', advice: 'It is tried again later.', retryable: true },
  media_processing: {
    code: 'instagram_media_processing',
    advice: 'It is not done with the picture or video yet; it is tried again.',
    retryable: true,
    // "Try again after 30 seconds to 2 minutes" ("Error Codes", 2207008).
    retryAfterMs: 30_000,
  },
  new_login: {
    code: 'instagram_login',
    advice: 'Connect the account again under Accounts.',
    retryable: false,
  },
  permission: {
    code: 'instagram_permission',
    advice: 'Grant the permission under Accounts.',
    retryable: false,
  },
  outside_window: {
    code: 'instagram_outside_window',
    advice: 'Messages may be sent within 24 hours of the last message of the person.',
    retryable: false,
  },
  private_reply_used: {
    code: 'instagram_private_reply_used',
    advice: 'A comment takes one private reply, within 7 days.',
    retryable: false,
  },
  policy_block: {
    code: 'instagram_blocked',
    advice: 'Instagram blocks this action for now; look into the account on Instagram.',
    retryable: false,
  },
  unreachable_person: {
    code: 'instagram_unreachable_person',
    advice: 'This person cannot be reached.',
    retryable: false,
  },
  gone: {
    code: 'instagram_gone',
    advice: 'It was deleted, or the account may not see it.',
    retryable: false,
  },
  permanent: { code: 'instagram_refused', advice: '', retryable: false },
};

/** Either the whole code, or some of its subcodes. */
type Known = { code: number; subcodes?: readonly number[]; class: ErrorClass & keyof typeof MEANINGS };

/**
 * What the codes mean, first match first. Sources: "Handling Errors" (Graph API), "Common Error Codes" (Messenger Platform),
 * "Error Codes" (Instagram Platform); docs/instagram-rules.md names the pages. Codes of limits: platform-pressure.ts.
 */
const KNOWN: readonly Known[] = [
  // Of spam, though the code is that of a limit of the app.
  { code: 4, subcodes: [2207051], class: 'policy_block' },
  // The daily number of posts is used up: no matter of minutes.
  { code: 9, subcodes: [2207042], class: 'permanent' },
  // "No matching user", "The requested user cannot be found".
  { code: 100, subcodes: [2018001, 2534014], class: 'unreachable_person' },
  { code: 100, subcodes: [33], class: 'gone' },
  // "Invalid user id" of Business Discovery: the name is nobody's, or no professional account's. No page documents it.
  { code: 110, subcodes: [2207013], class: 'gone' },
  { code: 10, subcodes: [2534022, 2018278, 2018065], class: 'outside_window' },
  // "This person isn't receiving messages from you right now."
  { code: 200, subcodes: [1545041], class: 'unreachable_person' },
  { code: 551, class: 'unreachable_person' },
  { code: 10900, class: 'private_reply_used' },
  { code: 10903, class: 'permanent' },
  // Media: still being prepared, or not found yet.
  { code: 9007, subcodes: [2207027], class: 'media_processing' },
  { code: 24, subcodes: [2207006, 2207008], class: 'media_processing' },
  { code: -2, subcodes: [2207003], class: 'retry_later' },
  { code: -1, subcodes: [2207001], class: 'retry_later' },
  { code: 1, subcodes: [2207057], class: 'permanent' },
  { code: 25, subcodes: [2207050], class: 'policy_block' },
  // 190 has subcodes (458, 459, 460, 463, 464, 467, 492): all of them need a new login.
  { code: 190, class: 'new_login' },
  { code: 102, class: 'new_login' },
  { code: 368, class: 'policy_block' },
  { code: 1, class: 'retry_later' },
  { code: 2, class: 'retry_later' },
  { code: 1200, class: 'retry_later' },
  { code: 3, class: 'permission' },
  { code: 10, class: 'permission' },
];

/** The code in a body that is an error's, if it is one. */
export function errorCodeOf(body: string): number | undefined {
  const parsed = graphErrorSchema.safeParse(parseJson(body));
  return parsed.success ? parsed.data.error.code : undefined;
}

/**
 * Turns an answer of the Graph API that is not 2xx into the error that a node reports. `details.class` is its class.
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
  const found = classify(status, error);
  const { code, advice, retryable, throttled, retryAfterMs: usualMs } = MEANINGS[found];
  const afterMs = retryAfterMs ?? usualMs;
  // A refusal that Meta worded was decided before anything was done; a bare 5xx may come after the deed.
  const outcome = status >= 500 ? 'unknown' : 'not_performed';
  return new NodeError(code, `Instagram did not ${operation}: ${error.message} ${advice}`.trim(), {
    retryable,
    outcome,
    ...(throttled && { throttled }),
    ...(afterMs !== undefined && { retryAfterMs: afterMs }),
    details: { class: found, status, ...error },
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
      details: { class: 'unreachable' },
    },
  );
}

const classed = z.object({ class: z.enum(ERROR_CLASSES) });

/** The class of an error that came from Instagram or from the way there; null for any other. */
export function classOf(error: NodeError): ErrorClass | null {
  return classed.safeParse(error.details).data?.class ?? null;
}

function classify(
  status: number,
  { code = 0, error_subcode: subcode = 0 }: { code?: number; error_subcode?: number },
): keyof typeof MEANINGS {
  const matches = (known: Known) =>
    known.code === code && (known.subcodes === undefined || known.subcodes.includes(subcode));
  const special = KNOWN.find((known) => known.subcodes !== undefined && matches(known));
  if (special && status < 500) return special.class;
  if (isOverLimit({ status, errorCode: code })) return 'limit';
  if (status >= 500) return 'retry_later';
  const known = KNOWN.find(matches);
  if (known) return known.class;
  return code >= 200 && code <= 299 ? 'permission' : 'permanent';
}
