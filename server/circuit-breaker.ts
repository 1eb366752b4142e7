/** Consecutive failures within `FAILURE_SPAN_MS` after which nothing is sent for a while. */
const FAILURES = 5;
const FAILURE_SPAN_MS = 60_000;
/** Each further opening in a row doubles the pause. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
/** While the one call that tries it out is under way. */
const PROBE_WAIT_MS = 1_000;

type Circuit = {
  /** When the failures since the last success came. */
  failures: number[];
  /** Set while it is open. */
  open: { times: number; until: number; isProbing: boolean } | null;
};

/** A call that may be made; `isProbe`: it alone tries out whether things work again. */
export type Passage = { mayCall: true; isProbe: boolean } | { mayCall: false; waitMs: number };

/**
 * Stops calling what keeps failing: one circuit for each key (an account and family of calls; a workspace and model). Only
 * server errors and broken connections count; a refusal that the other side words is an answer.
 *
 * The count is this process's own, and so is the pause, unless whoever gets one from `record` writes it down for all
 * processes (`SendLimits.pause` does).
 */
export class CircuitBreaker {
  readonly #circuits = new Map<string, Circuit>();
  readonly #now: () => number;

  /** @param now monotonic, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Asked before each call; a probe must be given back by `record` or `release`. */
  enter(key: string): Passage {
    const open = this.#circuits.get(key)?.open;
    if (!open) return { mayCall: true, isProbe: false };
    const leftMs = open.until - this.#now();
    if (leftMs > 0) return { mayCall: false, waitMs: leftMs };
    if (open.isProbing) return { mayCall: false, waitMs: PROBE_WAIT_MS };
    open.isProbing = true;
    return { mayCall: true, isProbe: true };
  }

  /** The call was not made after all. */
  release(key: string, isProbe: boolean): void {
    const open = this.#circuits.get(key)?.open;
    if (isProbe && open) open.isProbing = false;
  }

  /** @returns for how long nobody should call, when this failure was one too many */
  record(key: string, isProbe: boolean, outcome: 'answered' | 'failed'): { pauseMs: number } | null {
    const circuit = this.#circuits.get(key) ?? { failures: [], open: null };
    if (outcome === 'answered') {
      // A call from before the pause that ends well late says nothing about now.
      if (isProbe || !circuit.open) this.#circuits.delete(key);
      return null;
    }
    this.#circuits.set(key, circuit);
    const now = this.#now();
    if (circuit.open) return isProbe ? this.#open(circuit, circuit.open.times + 1, now) : null;
    circuit.failures = [...circuit.failures.filter((at) => now - at < FAILURE_SPAN_MS), now];
    return circuit.failures.length < FAILURES ? null : this.#open(circuit, 1, now);
  }

  #open(circuit: Circuit, times: number, now: number): { pauseMs: number } {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (times - 1), LONGEST_PAUSE_MS);
    circuit.open = { times, until: now + pauseMs, isProbing: false };
    return { pauseMs };
  }
}
