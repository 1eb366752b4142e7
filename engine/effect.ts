import { isoTime } from './clock.ts';
import { EffectUncertainError, NodeError } from './errors.ts';
import type { EffectRecord } from './journal.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { EffectOptions, LogLevel } from './node-type.ts';
import { plainJson } from './plain-json.ts';

/** What an effect needs of the step that it belongs to. */
export type EffectStep = {
  nodeId: string;
  readonly signal: AbortSignal;
  /** True once the step timed out or the run let go: it begins nothing any more. */
  isClosed: boolean;
  /** Effects whose outcome nobody knows at this moment. While there are any, the step must not be tried again. */
  effectsInFlight: number;
  log(message: string, data?: unknown, level?: LogLevel): void;
};

const LONGEST_DESCRIPTION = 2_000;

/** Of what `remember` keeps, as JSON: a contact with all that can be written down of it. */
const LARGEST_MEMORY = 1024 * 1024;

/** What the effects of an execution need of the run around them. */
export type EffectsWorld = {
  isDryRun: boolean;
  now: () => Date;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** False once another process may have taken the execution over: nothing may be begun any more. */
  isHeld: () => boolean;
  /** How long nothing is asked or repeated after something was sent whose outcome nobody knows: it may be on its way. */
  quietMs: number;
};

/**
 * The effects of one execution: what the outside world sees happens once.
 *
 * The intention is on disk before anything is sent. The result is written together with what comes next, at the latest with
 * the step's own result and always before anything downstream starts: a crash before that write leaves an intention without
 * a result, exactly as a crash right after sending does.
 *
 * An intention found without a result is given some time, since what was sent may still be on its way; then it is asked for
 * (`reconcile`), else performed again if `idempotent`, else `uncertain`: a
 * person decides. A perform that failed is settled by the error's `outcome`: `not_performed` may be performed again;
 * `unknown` (a broken connection, any error that is no NodeError) leaves the intention to be reconciled by the next attempt,
 * and is `uncertain` at once when nothing could ever settle it.
 */
export class Effects {
  readonly #records = new Map<string, EffectRecord>();
  readonly #running = new Map<string, Promise<unknown>>();
  /** Until when an effect whose outcome nobody knows is left alone (ms since 1970), where this run has tried it. */
  readonly #quietUntil = new Map<string, number>();
  readonly #inheritedQuietUntil: number;
  readonly #writer: JournalWriter;
  readonly #world: EffectsWorld;

  constructor(records: readonly EffectRecord[], writer: JournalWriter, world: EffectsWorld) {
    for (const record of records) this.#records.set(identity(record.nodeId, record.key), record);
    this.#writer = writer;
    this.#world = world;
    this.#inheritedQuietUntil = records.length > 0 ? world.now().getTime() + world.quietMs : 0;
  }

  /** `NodeContext.effect` of one step. */
  async perform<T>(
    step: EffectStep,
    key: string,
    perform: (signal: AbortSignal) => Promise<T>,
    options: EffectOptions<T>,
  ): Promise<T> {
    const id = identity(step.nodeId, key);
    const running = this.#running.get(id);
    if (running) return running as Promise<T>;
    const settling = this.#settle(step, key, perform, options);
    this.#running.set(id, settling);
    try {
      return await settling;
    } finally {
      this.#running.delete(id);
    }
  }

  /** What was read in this step before, by key; read now where it was not. On disk before anything that follows from it. */
  async remember<T>(
    step: EffectStep,
    key: string,
    describe: string,
    read: () => Promise<T>,
  ): Promise<unknown> {
    const known = this.#records.get(identity(step.nodeId, key));
    if (known?.status === 'done') return known.result;
    const result = plainJson(await read(), 'What was read', LARGEST_MEMORY);
    refuseWhenClosed(step);
    this.#keep({ nodeId: step.nodeId, key, status: 'done', describe, result });
    return result;
  }

  async #settle<T>(
    step: EffectStep,
    key: string,
    perform: (signal: AbortSignal) => Promise<T>,
    options: EffectOptions<T>,
  ): Promise<T> {
    refuseWhenClosed(step);
    const known = this.#records.get(identity(step.nodeId, key));
    if (known?.status === 'done') return known.result as T;
    if (known?.status === 'uncertain') throw new EffectUncertainError(known.describe);
    const record: EffectRecord = {
      nodeId: step.nodeId,
      key,
      status: 'intended',
      describe: options.describe.slice(0, LONGEST_DESCRIPTION),
      intendedAt: known?.status === 'intended' ? known.intendedAt : isoTime(this.#world.now().getTime()),
      ...(options.request !== undefined && { request: plainJson(options.request, 'The request') }),
    };
    if (this.#world.isDryRun) return this.#pretend(step, record, options);
    if (known?.status === 'intended') {
      const found = await this.#reconcile(step, record, options);
      if (found) return found.result;
    } else {
      this.#keep(record);
      await this.#writer.flush();
    }
    return this.#performNow(step, record, perform, options);
  }

  #pretend<T>(step: EffectStep, record: EffectRecord, { dryRunResult, request }: EffectOptions<T>): T {
    step.log(`Dry run, not done: ${record.describe}`, request);
    this.#keep({
      ...record,
      status: 'done',
      describe: `Dry run: ${record.describe}`,
      result: plainJson(dryRunResult, 'The result'),
    });
    return dryRunResult;
  }

  /** The result when it turns out to have happened; null when it may be performed (again). */
  async #reconcile<T>(
    step: EffectStep,
    record: EffectRecord,
    options: EffectOptions<T>,
  ): Promise<{ result: T } | null> {
    if (options.reconcile || options.idempotent) await this.#quiet(step, record);
    const answer = await options.reconcile?.(step.signal, record.intendedAt);
    refuseWhenClosed(step);
    if (answer?.done) {
      step.log(`Found done before an interruption: ${record.describe}`);
      return { result: this.#done(record, answer.result) };
    }
    if (answer || options.idempotent) return null;
    throw this.#uncertain(record);
  }

  /** Waits until what was sent before has had its time to arrive. */
  async #quiet(step: EffectStep, { nodeId, key, describe }: EffectRecord): Promise<void> {
    const until = this.#quietUntil.get(identity(nodeId, key)) ?? this.#inheritedQuietUntil;
    const ms = until - this.#world.now().getTime();
    if (ms <= 0) return;
    step.log(
      `Interrupted before its result was known, looked after in ${Math.ceil(ms / 1_000)} s: ${describe}`,
    );
    await this.#world.sleep(ms, step.signal);
    refuseWhenClosed(step);
  }

  async #performNow<T>(
    step: EffectStep,
    record: EffectRecord,
    perform: (signal: AbortSignal) => Promise<T>,
    options: EffectOptions<T>,
  ): Promise<T> {
    refuseWhenClosed(step);
    if (!this.#world.isHeld()) {
      step.isClosed = true;
      refuseWhenClosed(step);
    }
    step.effectsInFlight++;
    let result: T;
    try {
      result = await perform(step.signal);
    } catch (error) {
      if (error instanceof NodeError && error.outcome === 'not_performed') {
        const { code, message } = error;
        this.#keep({ ...record, status: 'failed', error: { code, message } });
      } else if (!options.reconcile && !options.idempotent) {
        throw this.#uncertain(record, error);
      } else {
        const until = this.#world.now().getTime() + this.#world.quietMs;
        this.#quietUntil.set(identity(record.nodeId, record.key), until);
      }
      throw error;
    } finally {
      step.effectsInFlight--;
    }
    return this.#done(record, result);
  }

  #done<T>(record: EffectRecord, result: T): T {
    const done: EffectRecord = { ...record, status: 'done', result: null };
    try {
      done.result = plainJson(result, 'The result');
    } finally {
      this.#keep(done);
    }
    return result;
  }

  #uncertain(record: EffectRecord, cause?: unknown): EffectUncertainError {
    const message =
      cause instanceof NodeError ? cause.message : 'It was interrupted before its result was known.';
    this.#keep({ ...record, status: 'uncertain', error: { code: 'effect_uncertain', message } });
    return new EffectUncertainError(record.describe);
  }

  #keep(record: EffectRecord): void {
    this.#records.set(identity(record.nodeId, record.key), record);
    this.#writer.hold({ type: 'effect', effect: record });
  }
}

/** Node ids hold no blanks, so this is one name for one effect. */
function identity(nodeId: string, key: string): string {
  return `${nodeId} ${key}`;
}

function refuseWhenClosed(step: EffectStep): void {
  if (!step.isClosed) return;
  throw new NodeError(
    'step_closed',
    'The step is over (time limit, cancel or taken over); it can not begin anything.',
  );
}
