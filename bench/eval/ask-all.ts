import { setTimeout as pause } from 'node:timers/promises';
import { NodeError } from '../../engine/errors.ts';

const TIMEOUT_MS = 60_000;
/** Before the second and the third attempt; a provider that limits requests asks for some seconds. */
const PAUSES_MS = [2_000, 15_000];

export type AskOptions = {
  /** How many are asked at once. */
  width: number;
  signal: AbortSignal;
  onDone(done: number, total: number): void;
};

/**
 * Answers to all items, in their order. What fails in passing is asked again, three times in all.
 * @throws what `ask` throws: a figure of which a part is missing would be none
 */
export async function askAll<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item, signal: AbortSignal) => Promise<Answer>,
  { width, signal, onDone }: AskOptions,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  let done = 0;
  async function work(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      either.throwIfAborted();
      answers[index] = await askAgain((timed) => ask(items[index]!, timed), either);
      onDone(++done, items.length);
    }
  }
  try {
    await Promise.all(Array.from({ length: width }, work));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return answers;
}

async function askAgain<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await ask(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NodeError) || !error.retryable) throw error;
      await pause(error.retryAfterMs ?? pauseMs, undefined, { signal });
    }
  }
  return ask(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
}
