import { HttpProblem } from '../http/problem.ts';

/** Calls at once. More would take the connections of the pool from webhooks and workers. */
const AT_ONCE = 8;

export type SteerResult = { done: number; skipped: { id: string; reason: string }[] };

/**
 * Does the same to many executions, a few at once. What is refused (somebody was faster) is skipped with the reason.
 * @throws what is no refusal, after the calls under way have ended; `result` then tells how far it came
 */
export async function steerMany(
  ids: string[],
  steer: (id: string) => Promise<void>,
  result: SteerResult = { done: 0, skipped: [] },
): Promise<SteerResult> {
  const left = ids.values();
  const failures: unknown[] = [];
  const work = async () => {
    for (const id of left) {
      if (failures.length > 0) return;
      try {
        await steer(id);
        result.done++;
      } catch (error) {
        if (error instanceof HttpProblem) result.skipped.push({ id, reason: error.message });
        else failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, work));
  if (failures.length > 0) throw failures[0];
  return result;
}
