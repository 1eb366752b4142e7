import { setTimeout as pause } from 'node:timers/promises';

const ASK_EVERY_MS = 50;

/**
 * Asks again and again until there is an answer (anything but `undefined`, `null` and `false`).
 * @param what is waited for, in words; stands in the error
 * @throws Error after `withinMs`, with what the last question threw as its cause
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  withinMs = 150_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let cause: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(ASK_EVERY_MS);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${withinMs} ms in vain: ${what}`, { cause });
}
