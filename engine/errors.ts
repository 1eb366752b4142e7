/**
 * An expected failure of a node: what happened, to what, and what to do. `retryable` says whether another attempt makes
 * sense; `retryAfterMs` is the soonest. Nothing secret may stand in `message` or `details`.
 */
export class NodeError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: unknown;

  constructor(
    code: string,
    message: string,
    options: { retryable?: boolean; retryAfterMs?: number; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NodeError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

/** An effect was begun and nobody can tell whether it happened. A person decides; it is never repeated blindly. */
export class EffectUncertainError extends NodeError {
  constructor(description: string) {
    super(
      'effect_uncertain',
      `It is not known whether this happened: ${description}. Check on Instagram, then retry or dismiss it here.`,
    );
    this.name = 'EffectUncertainError';
  }
}
