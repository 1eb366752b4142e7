import { z } from 'zod';
import type { StepRecord } from '../../engine/journal.ts';
import type { Reservation } from './send-budget.ts';

const details = z.object({
  reservation: z.object({ accountId: z.string(), family: z.string(), from: z.iso.datetime() }),
});

/**
 * The turns that an execution was given before it was put to wait. They travel in the journal, in the error of the step that
 * waits, so that whichever process wakes the execution uses them and nothing is charged twice.
 */
export function reservationsOf(steps: readonly StepRecord[]): Reservation[] {
  return steps.flatMap((step) => {
    const read = step.status === 'pending' ? details.safeParse(step.error?.details) : undefined;
    return read?.success ? [read.data.reservation] : [];
  });
}
