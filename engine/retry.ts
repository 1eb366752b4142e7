import { isoTime } from './clock.ts';
import type { EffectRecord, JournalEntry, JournalSnapshot, StepError } from './journal.ts';

/**
 * What to journal before a failed (or cancelled) execution is run again from where it failed: its failed steps become
 * `pending` with the attempts counted anew. Call `runExecution` with the snapshot as it is after these entries.
 * Effects are left alone: a failed one is performed again, one without a result is reconciled, an uncertain one fails the
 * step again until a person has settled it (`settleEffect`).
 */
export function prepareRetry(snapshot: JournalSnapshot): JournalEntry[] {
  return snapshot.steps
    .filter((step) => step.status === 'failed' && step.ports === undefined)
    .map(({ nodeId, wait, resume }) => ({
      type: 'step',
      step: { nodeId, status: 'pending', attempt: 0, ...(wait && { wait }), ...(resume && { resume }) },
    }));
}

/** A person's word on an uncertain effect: it happened (with this result), or it did not and may be performed again. */
export function settleEffect(
  effect: EffectRecord,
  decision: { happened: true; result?: unknown } | { happened: false },
): JournalEntry {
  const { error: _error, ...rest } = effect;
  return {
    type: 'effect',
    effect: decision.happened
      ? { ...rest, status: 'done', result: decision.result ?? null }
      : { ...rest, status: 'failed' },
  };
}

/** The longest pause between two attempts. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * The pause before the next attempt: doubled after each, between half and all of it by chance so that failures that came
 * together do not come back together; never sooner than the other side asked for.
 */
export function retryPauseMs(
  backoffMs: number,
  failedAttempt: number,
  random: () => number,
  retryAfterMs = 0,
): number {
  const full = Math.min(backoffMs * 2 ** (failedAttempt - 1), LONGEST_PAUSE_MS);
  return Math.round(Math.max(full / 2 + (full / 2) * random(), retryAfterMs));
}

/**
 * The longest that a step waits for its turn (a send limit, a platform that asks to slow down), from the first time it was
 * told "not now". Longer, and what is sent answers something that nobody remembers; shorter, and a night of a platform's
 * bad mood fails executions that a little patience would have saved.
 */
export const LONGEST_THROTTLE_MS = 6 * 3_600_000;

/** Keeps a step whose turn is "now" every time it asks from asking in a tight loop. */
const SHORTEST_THROTTLE_MS = 100;

/** What becomes of a throttled step: it waits until `retryAt`, or has waited too long and fails. */
export type ThrottleDecision =
  | { kind: 'wait'; error: StepError; retryAt: number; log: string }
  | { kind: 'give_up'; error: StepError };

/**
 * Decides about a step that was told "not now".
 * @param before the error with which the step waited before, where it did
 * @param pauseMs until its turn; where nobody gave it a time, the pause before a second attempt
 * @param now ms since 1970
 */
export function decideThrottle(
  error: StepError,
  before: StepError | undefined,
  pauseMs: number,
  now: number,
): ThrottleDecision {
  const throttledSince = before?.throttledSince ?? isoTime(now);
  const retryAt = now + Math.max(pauseMs, SHORTEST_THROTTLE_MS);
  if (retryAt - Date.parse(throttledSince) > LONGEST_THROTTLE_MS) {
    const hours = LONGEST_THROTTLE_MS / 3_600_000;
    const message = `${error.message} Its turn would have come after more than ${hours} hours of waiting, so it was given up; nothing was sent. Retry it when there is less to send.`;
    return { kind: 'give_up', error: { ...error, message } };
  }
  const until = `${new Date(retryAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return {
    kind: 'wait',
    error: { ...error, throttledSince },
    retryAt,
    log: `Waits for its turn until ${until}; this uses up no attempt. ${error.message}`,
  };
}
