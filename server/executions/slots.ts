import type { Lane } from './lanes.ts';

/**
 * Shares of the lanes while all of them wait for slots. Larger for the first, and the last would starve when there are
 * many messages; smaller, and messages would wait behind comments.
 */
const WEIGHTS: Record<Lane, number> = { messages: 16, comments: 4, other: 1 };

export type Slots = {
  /** Resolves with how many slots were given, 1 to `most`; with 0 when the slots were closed. */
  take(lane: Lane, most: number): Promise<number>;
  /** Gives up to `most` at once, 0 where others wait. */
  takeNow(most: number): number;
  /** Gives slots back. */
  free(count: number): void;
  /** Slots that nobody has or waits for. */
  available(): number;
  /** Nobody gets any more. */
  close(): void;
};

type Waiter = { lane: Lane; most: number; resolve: (given: number) => void };

/**
 * The places for executions that run at once in this process. While they are scarce, lanes are served by stride
 * scheduling: each slot given moves its lane back by one over its weight, and the lane in front is next.
 */
export function createSlots(count: number): Slots {
  const passes: Record<Lane, number> = { messages: 0, comments: 0, other: 0 };
  /** Where the lane stood that was served last. */
  let lastPass = 0;
  let waiters: Waiter[] = [];
  let left = count;
  let isClosed = false;

  /** Of the lanes that wait, the one in front; of equals the more urgent. Within a lane, who came first. */
  function next(): Waiter | undefined {
    let first: Waiter | undefined;
    for (const waiter of waiters) {
      const isInFront =
        first === undefined ||
        passes[waiter.lane] < passes[first.lane] ||
        (passes[waiter.lane] === passes[first.lane] && WEIGHTS[waiter.lane] > WEIGHTS[first.lane]);
      if (isInFront) first = waiter;
    }
    return first;
  }

  function give(): void {
    for (let waiter = next(); waiter && left > 0; waiter = next()) {
      const given = Math.min(waiter.most, left);
      left -= given;
      lastPass = passes[waiter.lane];
      passes[waiter.lane] += given / WEIGHTS[waiter.lane];
      waiters = waiters.filter((other) => other !== waiter);
      waiter.resolve(given);
    }
  }

  return {
    take: (lane, most) => {
      if (isClosed) return Promise.resolve(0);
      // A lane that did not wait has saved nothing up.
      passes[lane] = Math.max(passes[lane], lastPass);
      return new Promise((resolve) => {
        waiters.push({ lane, most, resolve });
        give();
      });
    },
    takeNow: (most) => {
      const given = waiters.length > 0 || isClosed ? 0 : Math.min(most, left);
      left -= given;
      return given;
    },
    free: (given) => {
      left += given;
      give();
    },
    available: () => (waiters.length > 0 || isClosed ? 0 : left),
    close: () => {
      isClosed = true;
      for (const { resolve } of waiters) resolve(0);
      waiters = [];
    },
  };
}
