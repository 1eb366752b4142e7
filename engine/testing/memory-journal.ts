import type {
  EffectRecord,
  ExecutionEnd,
  Journal,
  JournalEntry,
  JournalSnapshot,
  StepRecord,
} from '../journal.ts';

/** What a journal throws from the moment at which it "crashes". */
export class SimulatedCrash extends Error {
  constructor() {
    super('The process crashed (simulated).');
    this.name = 'SimulatedCrash';
  }
}

export type CrashPoint = {
  /** The write at which the process dies, counted from 1. */
  atWrite: number;
  /** Whether that write still reached the disk. */
  isWritten: boolean;
};

/**
 * A journal in memory. It keeps what it is given as JSON, as a database would, so that a snapshot shares nothing with the
 * run that wrote it. With a crash point, that write and all after it throw `SimulatedCrash`.
 */
export class MemoryJournal implements Journal {
  readonly steps = new Map<string, StepRecord>();
  readonly effects = new Map<string, EffectRecord>();
  readonly writes: JournalEntry[][] = [];
  end: ExecutionEnd | undefined;
  output: unknown;
  #crash: CrashPoint | undefined;
  #count = 0;

  constructor(crash?: CrashPoint) {
    this.#crash = crash;
  }

  async write(entries: JournalEntry[]): Promise<void> {
    this.#count++;
    const crash = this.#crash;
    if (crash && (this.#count > crash.atWrite || (this.#count === crash.atWrite && !crash.isWritten))) {
      throw new SimulatedCrash();
    }
    const kept = JSON.parse(JSON.stringify(entries)) as JournalEntry[];
    this.writes.push(kept);
    for (const entry of kept) this.apply(entry);
    if (crash?.atWrite === this.#count) throw new SimulatedCrash();
  }

  apply(entry: JournalEntry): void {
    switch (entry.type) {
      case 'step':
        this.steps.set(entry.step.nodeId, entry.step);
        return;
      case 'effect':
        this.effects.set(`${entry.effect.nodeId} ${entry.effect.key}`, entry.effect);
        return;
      case 'end':
        this.end = entry.end;
        this.output = entry.output;
    }
  }

  snapshot(): JournalSnapshot {
    return structuredClone({ steps: [...this.steps.values()], effects: [...this.effects.values()] });
  }

  /** The process is back: writes work again, and crash at another point when one is given. */
  restart(crash?: CrashPoint): void {
    this.#crash = crash;
    this.#count = 0;
    this.end = undefined;
  }
}

/** Keeps the last state of each step without copying; for benchmarks. */
export class FastJournal implements Journal {
  readonly steps = new Map<string, StepRecord>();
  readonly #done = Promise.resolve();

  write(entries: JournalEntry[]): Promise<void> {
    for (const entry of entries) if (entry.type === 'step') this.steps.set(entry.step.nodeId, entry.step);
    return this.#done;
  }
}
