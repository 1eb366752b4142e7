import type { EffectRecord, JournalEntry, JournalSnapshot } from './journal.ts';

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
