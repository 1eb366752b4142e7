/** How one batch is written: as many results as items, in their order. */
type WriteBatch<Item, Result> = (items: Item[]) => Promise<Result[]>;

export type GroupCommitOptions<Item, Result> = {
  write: WriteBatch<Item, Result>;
  /** Most items in one batch. Larger batches delay the first of them; smaller ones pay more round trips. */
  maxBatch?: number;
  /** Batches under way at once. With 1, a batch grows while the one before it reaches the disk. */
  concurrency?: number;
  /** How long a write is repeated while the database can't be reached. */
  outageMs?: number;
};

export type GroupCommit<Item, Result> = {
  /** Resolves with the item's result once its batch is on disk. */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
};

type Waiting<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * Collects what concurrent callers write and writes it together: the first item goes at once, what arrives in the
 * meantime makes up the next batch. An item that makes its batch fail is found by writing the items one by one, and
 * fails alone. While the database can't be reached, the batch is repeated, so `write` must be safe to repeat.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const { write, maxBatch = 500, concurrency = 1, outageMs = 15_000 } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let flushing = 0;
  let scheduled = false;
  let idleListeners: (() => void)[] = [];

  function schedule(): void {
    if (scheduled || flushing >= concurrency || waiting.length === 0) return;
    scheduled = true;
    // One turn of the event loop, so that everything that is ready now shares a batch.
    setImmediate(() => {
      scheduled = false;
      if (waiting.length === 0) return;
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      flushing += 1;
      void writeBatch(batch).finally(() => {
        flushing -= 1;
        schedule();
        if (flushing === 0 && waiting.length === 0) {
          for (const listener of idleListeners) listener();
          idleListeners = [];
        }
      });
      schedule();
    });
  }

  async function writeBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await repeatDuringOutage(() => write(batch.map(({ item }) => item)), outageMs);
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      for (const single of batch) await writeBatch([single]);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
    idle: () =>
      flushing === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => idleListeners.push(resolve)),
  };
}

/** SQLSTATE classes 08 (connection), 40 (deadlock), 53 (resources) and 57P (shutdown), and what the socket says. */
const TRANSIENT = /^(08|40|53|57P)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT)$/;

/** Whether the same statement may well work in a moment, as opposed to having been refused. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    TRANSIENT.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  );
}

/** A unique index refused a row. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505';

async function repeatDuringOutage<T>(action: () => Promise<T>, outageMs: number): Promise<T> {
  const giveUpAt = Date.now() + outageMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await action();
    } catch (error) {
      if (!isTransient(error) || Date.now() + pauseMs > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
