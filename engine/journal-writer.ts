import type { Journal, JournalEntry } from './journal.ts';

/**
 * The writes of one execution, in order: one call to the journal at a time, and what came in meanwhile goes into the next
 * call together. So a crash always leaves a beginning of what was written, and steps side by side share their writes.
 */
export class JournalWriter {
  readonly #journal: Journal;
  #held: JournalEntry[] = [];
  #inFlight: Promise<void> | undefined;
  #scheduled: Promise<void> | undefined;
  #broken: { cause: unknown } | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Puts an entry in front of whatever is written next. For what may as well be lost with a crash. */
  hold(entry: JournalEntry): void {
    this.#held.push(entry);
  }

  /** Resolves when all that was held before is on disk. @throws what the journal threw, then and ever after */
  flush(): Promise<void> {
    if (this.#scheduled) return this.#scheduled;
    if (!this.#inFlight) return this.#write();
    this.#scheduled = this.#inFlight.then(() => {
      this.#scheduled = undefined;
      return this.#write();
    });
    return this.#scheduled;
  }

  async #write(): Promise<void> {
    if (this.#broken) throw this.#broken.cause;
    if (this.#held.length === 0) return;
    const entries = this.#held;
    this.#held = [];
    this.#inFlight = this.#writeNow(entries);
    await this.#inFlight;
  }

  async #writeNow(entries: JournalEntry[]): Promise<void> {
    try {
      await this.#journal.write(entries);
    } catch (cause) {
      this.#broken = { cause };
      throw cause;
    } finally {
      this.#inFlight = undefined;
    }
  }
}
