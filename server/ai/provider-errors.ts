import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';

/** What the client libraries of OpenAI, Anthropic and Google throw, as far as it is read. */
const apiErrorSchema = z.object({
  status: z.number().optional().catch(undefined),
  code: z.string().nullish().catch(undefined),
  error: z
    .object({ code: z.string().nullish(), type: z.string().nullish() })
    .loose()
    .nullish()
    .catch(undefined),
  headers: z.instanceof(Headers).optional().catch(undefined),
  /** Google's: https://cloud.google.com/apis/design/errors#error_details */
  errorDetails: z
    .array(z.object({ reason: z.string().optional(), retryDelay: z.string().optional() }).loose())
    .optional()
    .catch(undefined),
});

/** Causes are looked through to this depth: client libraries wrap what our `fetch` throws. */
const DEEPEST_CAUSE = 6;

/** Most time a provider may ask us to wait; beyond it, waiting is the same as failing. */
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * A provider's failure as one of ours: rate limits, failures on their side and the network are worth another attempt, the
 * rest is not. Messages are our own: those of providers may repeat a part of the key.
 * @param name the model, `openai:gpt-5-mini`
 */
export function toNodeError(error: unknown, name: string): NodeError {
  const ours = ownErrorIn(error);
  if (ours) return ours;
  const { status, code, error: body, headers, errorDetails } = apiErrorSchema.safeParse(error).data ?? {};
  const reason = code ?? body?.code ?? body?.type ?? errorDetails?.find((each) => each.reason)?.reason ?? '';
  const retryDelay = errorDetails?.find((each) => each.retryDelay)?.retryDelay;
  const options = { cause: nameOnly(error), details: { status, reason } };
  // 402 is OpenRouter's word for it.
  if (status === 402 || (status === 429 && reason === 'insufficient_quota')) {
    return new NodeError(
      'model_quota',
      `${name}: the provider's quota is used up. Add credit there.`,
      options,
    );
  }
  if (status === 401 || status === 403 || reason === 'API_KEY_INVALID') {
    return new NodeError(
      'model_key_refused',
      `${name}: the provider refuses the key (HTTP ${status}). Check it.`,
      options,
    );
  }
  if (status === 404) {
    return new NodeError(
      'model_not_found',
      `${name}: the provider does not have this model, or not for this key.`,
      options,
    );
  }
  if (status === 429) {
    return new NodeError('model_rate_limit', `${name}: the provider asks to slow down (HTTP 429).`, {
      ...options,
      ...retryable(headers, retryDelay),
    });
  }
  if (status !== undefined && (status >= 500 || status === 408 || status === 409)) {
    return new NodeError('model_unavailable', `${name}: the provider failed (HTTP ${status}).`, {
      ...options,
      ...retryable(headers, retryDelay),
    });
  }
  if (status !== undefined) {
    const why = reason ? `, ${reason}` : '';
    return new NodeError(
      'model_refused',
      `${name}: the provider refused the request (HTTP ${status}${why}).`,
      options,
    );
  }
  return new NodeError(
    'model_unreachable',
    `${name}: the provider cannot be reached or broke off its answer.`,
    {
      ...options,
      retryable: true,
    },
  );
}

/** The error of ours that the libraries have wrapped, as one about an address that may not be reached. */
function ownErrorIn(error: unknown): NodeError | undefined {
  for (let depth = 0, at = error; depth < DEEPEST_CAUSE && at instanceof Error; depth++, at = at.cause) {
    if (at instanceof NodeError) return at;
  }
  return undefined;
}

function retryable(
  headers: Headers | undefined,
  retryDelay: string | undefined,
): { retryable: true; retryAfterMs?: number } {
  const retryAfterMs = readRetryAfter(headers, Date.now()) ?? readDelay(retryDelay);
  return { retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
function readRetryAfter(headers: Headers | undefined, now: number): number | undefined {
  const inMs = headers?.get('retry-after-ms');
  const value = headers?.get('retry-after');
  const ms = inMs
    ? Number(inMs)
    : value
      ? /^[\d.]+$/.test(value)
        ? Number(value) * 1_000
        : Date.parse(value) - now
      : NaN;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_WAIT_MS) : undefined;
}

/** Google's `RetryInfo`: seconds, `7s` or `1.5s`. */
function readDelay(text: string | undefined): number | undefined {
  const seconds = /^([\d.]+)s$/.exec(text ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1_000, LONGEST_WAIT_MS);
}

/** Keeps the kind of the error for the log, not its text or headers. */
const nameOnly = (error: unknown) => (error instanceof Error ? error.constructor.name : typeof error);
