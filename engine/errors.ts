/** Whether the thing that was tried surely did not happen, or nobody knows (a network that broke, a time limit). */
export type FailureOutcome = 'not_performed' | 'unknown';

export type NodeErrorOptions = {
  retryable?: boolean;
  /**
   * "Not now": nothing was done, and it is not this step's fault (a send limit, a platform that asks to slow down). The step
   * waits for `retryAfterMs` and is tried again without using up one of its attempts; the run loop bounds the whole wait
   * (`LONGEST_THROTTLE_MS`). Means `retryable` and `not_performed`.
   */
  throttled?: boolean;
  retryAfterMs?: number;
  details?: unknown;
  cause?: unknown;
  /** The config field it is about, e.g. `cases[0].when`. */
  field?: string;
  /** Default: `unknown` when retryable (it may have reached the other side), else `not_performed`. */
  outcome?: FailureOutcome;
};

/**
 * An expected failure of a node: what happened, to what, and what to do. `retryable` says whether another attempt makes
 * sense; `retryAfterMs` is the soonest. `outcome` matters inside `context.effect`: after `not_performed` the effect may be
 * performed again, after `unknown` it is reconciled first. Say `not_performed` for an answer that refuses the call (a 4xx,
 * a 429). `throttled` errors should each bring a `retryAfterMs` of their own, so that those who wait for the same thing
 * do not come back together. Nothing secret may stand in `message` or `details`.
 */
export class NodeError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly throttled: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: unknown;
  readonly field: string | undefined;
  readonly outcome: FailureOutcome;

  constructor(code: string, message: string, options: NodeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NodeError';
    this.code = code;
    this.throttled = options.throttled ?? false;
    this.retryable = this.throttled || (options.retryable ?? false);
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.field = options.field;
    this.outcome = this.throttled
      ? 'not_performed'
      : (options.outcome ?? (this.retryable ? 'unknown' : 'not_performed'));
  }
}

/** An effect was begun and nobody can tell whether it happened. A person decides; it is never repeated blindly. */
export class EffectUncertainError extends NodeError {
  constructor(description: string) {
    super(
      'effect_uncertain',
      `It is not known whether this happened: ${description}. Look there, then say on the page of this run whether it did.`,
    );
    this.name = 'EffectUncertainError';
  }
}
