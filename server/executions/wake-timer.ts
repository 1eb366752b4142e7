/** The longest that `setTimeout` takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type WakeTimer = {
  /** Something is due then, at the latest. */
  note(at: Date): void;
  stop(): void;
};

/** Calls `wake` at the earliest of the times that were noted. What is due later has to be noted again. */
export function createWakeTimer(wake: () => void, now: () => Date): WakeTimer {
  let timer: NodeJS.Timeout | undefined;
  let earliest = Number.POSITIVE_INFINITY;
  let stopped = false;

  function fire(): void {
    timer = undefined;
    earliest = Number.POSITIVE_INFINITY;
    wake();
  }

  return {
    note: (at) => {
      if (stopped || at.getTime() >= earliest) return;
      earliest = at.getTime();
      clearTimeout(timer);
      timer = setTimeout(fire, Math.min(Math.max(0, earliest - now().getTime()), LONGEST_TIMER_MS));
      timer.unref();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
