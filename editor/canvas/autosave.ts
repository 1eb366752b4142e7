import type { FlowContent } from './flow-store.ts';

/** What the indicator in the top bar says. */
export type SaveState = 'saved' | 'unsaved' | 'saving' | 'offline' | 'conflict' | 'failed';

/** What a save can come back with. `conflict`: somebody else saved since `revision`. */
export type SaveResult<Saved> =
  | { kind: 'saved'; revision: number; saved: Saved }
  | { kind: 'conflict' }
  | { kind: 'offline' }
  | { kind: 'failed'; message: string };

type Timers = { set(run: () => void, ms: number): unknown; clear(timer: unknown): void };

type Options<Saved> = {
  revision: number;
  content: FlowContent;
  save(content: FlowContent, revision: number, options: { keepalive: boolean }): Promise<SaveResult<Saved>>;
  onState(state: SaveState, message?: string): void;
  onSaved?(saved: Saved): void;
  timers?: Timers;
};

/** Long enough to join a burst of typing, short enough that closing the laptop loses nothing. */
const DEBOUNCE_MS = 700;
const RETRY_MS = 5_000;

const browserTimers: Timers = {
  set: (run, ms) => window.setTimeout(run, ms),
  clear: (timer) => window.clearTimeout(timer as number),
};

/**
 * Saves the draft a moment after it changes; one request at a time, always the newest content, each with the revision it
 * is based on. A conflict stops it until a person chose whose draft stays; a lost connection is tried again.
 */
export class Autosave<Saved> {
  #options: Options<Saved>;
  #timers: Timers;
  #revision: number;
  #content: FlowContent;
  #savedContent: FlowContent;
  #timer: unknown;
  #running: Promise<boolean> | undefined;
  #state: SaveState = 'saved';

  constructor(options: Options<Saved>) {
    this.#options = options;
    this.#timers = options.timers ?? browserTimers;
    this.#revision = options.revision;
    this.#content = options.content;
    this.#savedContent = options.content;
  }

  get revision(): number {
    return this.#revision;
  }

  get hasUnsavedChanges(): boolean {
    return !sameContent(this.#content, this.#savedContent);
  }

  /** The content changed: it is saved soon. */
  changed(content: FlowContent): void {
    this.#content = content;
    if (this.#state === 'conflict') return;
    if (!this.hasUnsavedChanges && !this.#running) {
      this.#cancelTimer();
      this.#setState('saved');
      return;
    }
    if (this.#state !== 'offline') this.#setState('unsaved');
    this.#schedule(DEBOUNCE_MS);
  }

  /**
   * Saves now. Resolves to true when everything is on the server. `keepalive` lets the request outlive the page.
   */
  async flush(options: { keepalive: boolean } = { keepalive: false }): Promise<boolean> {
    this.#cancelTimer();
    if (this.#running) await this.#running;
    if (this.#state === 'conflict') return false;
    if (!this.hasUnsavedChanges) return true;
    this.#running = this.#saveOnce(options).finally(() => {
      this.#running = undefined;
    });
    const done = await this.#running;
    return done && this.hasUnsavedChanges ? this.flush(options) : done;
  }

  /** After a conflict: ours replaces theirs, whose revision is `revision`. */
  keepMine(revision: number): Promise<boolean> {
    this.#revision = revision;
    this.#setState('unsaved');
    return this.flush();
  }

  /** The server's content is ours now: after loading theirs, or after a restore or publish raised the revision. */
  adopt(content: FlowContent, revision: number): void {
    this.#cancelTimer();
    this.#revision = revision;
    this.#content = content;
    this.#savedContent = content;
    this.#setState('saved');
  }

  /** The revision went up without a change of content (publish). */
  adoptRevision(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** Resolves when no request is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #saveOnce(options: { keepalive: boolean }): Promise<boolean> {
    const content = this.#content;
    this.#setState('saving');
    const result = await this.#options.save(content, this.#revision, options);
    switch (result.kind) {
      case 'saved':
        this.#revision = result.revision;
        this.#savedContent = content;
        this.#options.onSaved?.(result.saved);
        this.#setState(this.hasUnsavedChanges ? 'unsaved' : 'saved');
        return true;
      case 'conflict':
        this.#setState('conflict');
        return false;
      case 'offline':
        this.#setState('offline');
        this.#schedule(RETRY_MS);
        return false;
      case 'failed':
        this.#setState('failed', result.message);
        return false;
    }
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    this.#timer = this.#timers.set(() => void this.flush(), ms);
  }

  #cancelTimer(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
  }

  #setState(state: SaveState, message?: string): void {
    if (state === this.#state && message === undefined) return;
    this.#state = state;
    this.#options.onState(state, message);
  }
}

function sameContent(a: FlowContent, b: FlowContent): boolean {
  return a.graph === b.graph && a.name === b.name;
}
