/** A check that rejects when a part is not usable. */
export type Check = () => Promise<unknown>;

/** An answer is good for so long: however many probes there are, a part is asked once a second. */
const FRESH_MS = 1_000;

/** What takes longer counts as not usable. */
const TIMEOUT_MS = 2_000;

/**
 * Shares a check between all who ask at the same time. A check that hangs is not begun again beside itself, so that a part
 * that does not answer is not burdened with more questions.
 * @param now milliseconds that only grow
 * @returns whether the check passes; never rejects
 */
export function shareCheck(
  check: Check,
  now: () => number = () => performance.now(),
): () => Promise<boolean> {
  let begunAt = Number.NEGATIVE_INFINITY;
  let running: Promise<boolean> | undefined;
  let answer: Promise<boolean> | undefined;

  return () => {
    if (answer && now() - begunAt < FRESH_MS) return answer;
    begunAt = now();
    running ??= passes(check).finally(() => {
      running = undefined;
    });
    answer = withinTimeout(running);
    return answer;
  };
}

async function passes(check: Check): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}

async function withinTimeout(running: Promise<boolean>): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
  try {
    return await Promise.race([running, over]);
  } finally {
    clearTimeout(timer);
  }
}
