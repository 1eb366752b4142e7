import { Alarm } from './alarm.ts';
import { type Clock, isoTime } from './clock.ts';
import type { Plan } from './compile.ts';
import { Effects } from './effect.ts';
import { Frontier } from './frontier.ts';
import type {
  ExecutionEnd,
  ExecutionInput,
  Journal,
  JournalSnapshot,
  ProgressEvent,
  StepError,
  StepRecord,
} from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import type { NodeResult } from './node-type.ts';
import { decideThrottle, retryPauseMs } from './retry.ts';
import { RunningStep, type StepOutcome, type StepWorld } from './run-step.ts';
import type { NodeServices } from './services.ts';

/** The world as the run loop sees it. */
export type RunPorts = {
  journal: Journal;
  services: NodeServices;
  clock: Clock;
  progress?: (event: ProgressEvent) => void;
  /**
   * Aborted: the execution ends as cancelled. Aborted with a `RunInterrupted` as reason: the process is going down, the run
   * lets go without an end and rejects with that reason; the journal has all that is needed to go on elsewhere.
   */
  signal: AbortSignal;
  /**
   * Whether this process still holds the execution; asked right before an effect. Once false, `signal` is aborted with
   * RunInterrupted at the same moment. Default: always.
   */
  isHeld?: () => boolean;
  /** See `EffectsWorld.quietMs`. Default 0. */
  quietMs?: number;
  /** 0 to 1, for the jitter of retries. */
  random?: () => number;
  /** Pauses up to this are slept here; longer ones suspend the execution. Default 2,000. */
  retryInlineMs?: number;
  /** Default 16. */
  maxConcurrentSteps?: number;
};

/** Abort reason that makes a run let go without writing an end. */
export class RunInterrupted extends Error {
  constructor(message = 'The process is shutting down; the execution goes on from its journal.') {
    super(message);
    this.name = 'RunInterrupted';
  }
}

/**
 * Pure results are on disk after this at the latest. Longer, and who opens the page of a run misses them while the next step
 * is slow; shorter, and they are written without what follows.
 */
const WRITE_PURE_WITHIN_MS = 10;

/** How long an aborted step may take to say how its effects went; then it is abandoned. */
const CANCEL_GRACE_MS = 1_000;

/** How long running steps may go on when the process goes down: aborting a sent reply would leave it in doubt. */
const INTERRUPT_GRACE_MS = 5_000;

/**
 * Runs an execution until it ends or only waits. Starts from `snapshot` (empty lists for a new one) and writes to the
 * journal; a step's result is on disk before anything downstream starts, and `end` is written in one call with the last.
 *
 * Results of pure steps (NodeDescription) are written with what is written next, which comes before any effect is performed,
 * or some milliseconds later. A crash before that loses what nobody outside can have seen, and it is computed again.
 *
 * A failed attempt that will be repeated is journalled as `pending` with `retryAt`. A waiting step goes on when the snapshot
 * has `resume` for it or its `until` has passed. After an unhandled failure nothing new starts and what runs may finish.
 * @throws what the journal throws, and RunInterrupted; the execution then goes on from its journal
 */
export async function runExecution(
  plan: Plan,
  input: ExecutionInput,
  snapshot: JournalSnapshot,
  ports: RunPorts,
): Promise<ExecutionEnd> {
  const run = new Run(plan, input, snapshot, ports);
  try {
    for (;;) {
      if (ports.signal.aborted) return await run.letGo();
      const end = run.end();
      await run.write(end);
      if (end) return end;
      run.startReady();
      await run.somethingHappened();
      run.settleFinished();
    }
  } finally {
    run.close();
  }
}

class Run {
  readonly #plan: Plan;
  readonly #ports: RunPorts;
  readonly #writer: JournalWriter;
  readonly #frontier: Frontier;
  readonly #world: StepWorld;
  readonly #alarm: Alarm;
  readonly #running = new Map<number, RunningStep>();
  readonly #finished: [RunningStep, StepOutcome][] = [];
  #events: ProgressEvent[] = [];
  /** When what is held has to be on disk, in ms since 1970; infinity when it may wait for what comes next. */
  #writeBy = Number.POSITIVE_INFINITY;
  #failure: (StepError & { nodeId: string }) | undefined;
  #stop: { step: StepRecord; output: unknown } | undefined;
  #wake: (() => void) | undefined;
  readonly #ring = () => this.#wake?.();

  constructor(plan: Plan, input: ExecutionInput, snapshot: JournalSnapshot, ports: RunPorts) {
    this.#plan = plan;
    this.#ports = ports;
    this.#writer = new JournalWriter(ports.journal);
    this.#alarm = new Alarm(ports.clock, this.#ring);
    const listener = {
      settledAtOnce: (record: StepRecord) => this.#hold(record),
      skipped: (nodeIds: string[]) => this.#tellSkipped(nodeIds),
    };
    this.#frontier = new Frontier(plan, input, snapshot.steps, listener, ports.clock.now());
    const { failed, outputs } = this.#frontier;
    if (failed?.error) this.#failure = { ...failed.error, nodeId: failed.nodeId };
    const now = () => ports.clock.now();
    this.#world = {
      input,
      scope: {
        trigger: input.event,
        steps: outputs,
        execution: { id: input.executionId, flowId: input.flowId, dryRun: input.dryRun },
      },
      services: ports.services,
      effects: new Effects(snapshot.effects, this.#writer, {
        isDryRun: input.dryRun,
        now,
        sleep: (ms, signal) => ports.clock.sleep(ms, signal),
        isHeld: ports.isHeld ?? (() => true),
        quietMs: ports.quietMs ?? 0,
      }),
      now,
      progress: ports.progress,
    };
    ports.signal.addEventListener('abort', this.#ring);
  }

  /** How the execution stands, once nothing runs and nothing can. */
  end(): ExecutionEnd | undefined {
    if (this.#running.size > 0) return undefined;
    if (this.#failure) return { status: 'failed', error: this.#failure };
    if (this.#stop) return { status: 'succeeded' };
    if (this.#frontier.canGoOn(this.#now() + (this.#ports.retryInlineMs ?? 2_000))) return undefined;
    if (!this.#frontier.isWaiting) return { status: 'succeeded' };
    const { wakeAt, isOnlyRetrying } = this.#frontier;
    return {
      status: 'waiting',
      ...(Number.isFinite(wakeAt) && { resumeAt: new Date(wakeAt).toISOString() }),
      ...(isOnlyRetrying && { keepsTurn: true }),
    };
  }

  /** Puts on disk what has to be, with the end when there is one, and then tells who is watching. */
  async write(end?: ExecutionEnd): Promise<void> {
    if (end) {
      if (this.#stop) this.#keep(this.#stop.step);
      this.#writer.hold({ type: 'end', end, ...(this.#stop && { output: this.#stop.output }) });
    }
    if (end || (this.#writeBy < Number.POSITIVE_INFINITY && this.#writeBy <= this.#now())) {
      this.#writeBy = Number.POSITIVE_INFINITY;
      await this.#writer.flush();
    }
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#ports.progress?.(event);
  }

  startReady(): void {
    if (this.#failure || this.#stop) return;
    const most = this.#ports.maxConcurrentSteps ?? 16;
    while (this.#running.size < most) {
      const index = this.#frontier.take();
      if (index === undefined) return;
      this.#start(index);
    }
  }

  /** Waits for a finished step, a deadline, a retry that is due, or the end of it all. */
  async somethingHappened(): Promise<void> {
    if (this.#finished.length > 0 || this.#ports.signal.aborted) return;
    const { nextRetryAt } = this.#frontier;
    if (Number.isFinite(nextRetryAt)) this.#alarm.setBy(nextRetryAt, this.#now());
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  /** Takes in what finished or ran out of time, and readies retries that are due. */
  settleFinished(): void {
    for (const [step, outcome] of this.#finished.splice(0)) this.#settle(step, outcome);
    const now = this.#now();
    for (const step of this.#running.values()) {
      if (step.deadline <= now) this.#timeOut(step);
      else this.#alarm.setBy(step.deadline, now);
    }
    this.#frontier.wakeRetries(now);
  }

  /**
   * Cancelled: running steps are aborted and get a moment to say how their effects went. Interrupted: they get a moment to
   * finish; what does not is begun again from the journal.
   */
  async letGo(): Promise<ExecutionEnd> {
    const reason: unknown = this.#ports.signal.reason;
    const isInterrupted = reason instanceof RunInterrupted;
    if (!isInterrupted) for (const step of this.#running.values()) step.abort(reason);
    await this.#graceOver(isInterrupted ? INTERRUPT_GRACE_MS : CANCEL_GRACE_MS);
    for (const [step, outcome] of this.#finished.splice(0)) {
      if (outcome.kind === 'result') this.#settle(step, outcome);
    }
    if (isInterrupted) {
      await this.#writer.flush();
      throw reason;
    }
    const error = { code: 'cancelled', message: 'The execution was cancelled while this step ran.' };
    for (const step of [...this.#running.values()]) {
      this.#release(step);
      this.#keep({
        ...this.#recordOf(step),
        status: 'failed',
        finishedAt: isoTime(this.#now()),
        error,
      });
    }
    const end: ExecutionEnd = { status: 'cancelled' };
    await this.write(end);
    return end;
  }

  /** Nothing of this run may touch the journal or the clock any more. */
  close(): void {
    this.#alarm.clear();
    this.#ports.signal.removeEventListener('abort', this.#ring);
    for (const step of this.#running.values()) {
      step.isClosed = true;
      step.abort(new RunInterrupted('The run has ended.'));
    }
  }

  #start(index: number): void {
    const planNode = this.#plan.nodes[index]!;
    const before = this.#frontier.lastRecord(index);
    const now = this.#ports.clock.now();
    const at = isoTime(now.getTime());
    const attempt = before ? before.attempt + (before.status === 'pending' ? 1 : 0) : 1;
    const deadline = now.getTime() + planNode.policy.timeoutMs;
    const step = new RunningStep(planNode, this.#world, {
      index,
      attempt,
      startedAt: before?.startedAt ?? at,
      deadline,
      resume: before?.resume,
      logs: before?.logs ? [...before.logs] : [],
      usage: before?.usage,
    });
    this.#running.set(index, step);
    this.#alarm.setBy(deadline, now.getTime());
    this.#ports.progress?.({ type: 'step.started', nodeId: planNode.id, attempt, at });
    void step.run().then((outcome) => {
      if (step.isClosed) return;
      this.#finished.push([step, outcome]);
      this.#wake?.();
    });
  }

  #settle(step: RunningStep, outcome: StepOutcome): void {
    if (step.isClosed) return;
    this.#release(step);
    if (outcome.kind === 'error') this.#fail(step, outcome);
    else this.#succeed(step, outcome.result);
  }

  #succeed(step: RunningStep, result: NodeResult): void {
    const record = this.#recordOf(step);
    const now = this.#ports.clock.now();
    const finishedAt = isoTime(now.getTime());
    switch (result.kind) {
      case 'fired': {
        const { ports, data: output } = result;
        const settled: StepRecord = { ...record, status: 'succeeded', finishedAt, output, ports };
        if (this.#plan.nodes[step.index]!.isPure) this.#keepSoon(settled);
        else this.#keep(settled);
        this.#frontier.settle(step.index, output, ports, now);
        break;
      }
      case 'wait': {
        const { resume: _used, ...waiting } = record;
        this.#keep({ ...waiting, status: 'waiting', wait: result.wait });
        this.#frontier.wait(result.wait);
        break;
      }
      case 'stop': {
        const { data: output } = result;
        // Journalled with the end: alone, it could not be told from a step without followers after a crash.
        this.#stop ??= { step: { ...record, status: 'succeeded', finishedAt, output, ports: [] }, output };
        break;
      }
      default:
        throw new Error(`Unknown result ${result satisfies never}.`);
    }
  }

  #fail(step: RunningStep, outcome: StepOutcome & { kind: 'error' }): void {
    const error = outcome.isThrottled ? this.#throttle(step, outcome) : outcome.error;
    if (!error) return;
    const { retryAfterMs } = outcome;
    const isRetryable = outcome.isRetryable && !outcome.isThrottled;
    const planNode = this.#plan.nodes[step.index]!;
    const { attempts, backoffMs, onError } = planNode.policy;
    const record = { ...this.#recordOf(step), error };
    const now = this.#ports.clock.now();
    if (isRetryable && step.attempt < attempts) {
      const pause = retryPauseMs(backoffMs, step.attempt, this.#ports.random ?? Math.random, retryAfterMs);
      const at = now.getTime() + pause;
      const pending: StepRecord = { ...record, status: 'pending', retryAt: new Date(at).toISOString() };
      this.#keep(pending);
      this.#frontier.tryAgain(step.index, pending, at);
      return;
    }
    const failed: StepRecord = { ...record, status: 'failed', finishedAt: isoTime(now.getTime()) };
    if (onError === 'fail') {
      this.#keep(failed);
      this.#failure ??= { ...error, nodeId: step.nodeId };
      return;
    }
    const ports = onError === 'errorPort' ? ['error'] : planNode.fallbackPort ? [planNode.fallbackPort] : [];
    const output = onError === 'errorPort' ? { error } : null;
    this.#keep({ ...failed, output, ports });
    this.#frontier.settle(step.index, output, ports, now);
  }

  /** Puts a step that was told "not now" to wait for its turn. The error to fail with when it has waited too long. */
  #throttle(step: RunningStep, outcome: StepOutcome & { kind: 'error' }): StepError | undefined {
    const { backoffMs } = this.#plan.nodes[step.index]!.policy;
    const before = this.#frontier.lastRecord(step.index);
    const now = this.#now();
    const pauseMs = outcome.retryAfterMs || retryPauseMs(backoffMs, 1, this.#ports.random ?? Math.random);
    const waitedWith = before?.status === 'pending' ? before.error : undefined;
    const decision = decideThrottle(outcome.error, waitedWith, pauseMs, now);
    if (decision.kind === 'give_up') return decision.error;
    step.note(decision.log);
    const pending: StepRecord = {
      ...this.#recordOf(step),
      status: 'pending',
      attempt: step.attempt - 1,
      error: decision.error,
      retryAt: isoTime(decision.retryAt),
    };
    this.#keep(pending);
    this.#frontier.tryAgain(step.index, pending, decision.retryAt);
    return undefined;
  }

  /** A node that ignores its signal is abandoned. With an effect on its way a second attempt could do it twice. */
  #timeOut(step: RunningStep): void {
    const { name, policy } = this.#plan.nodes[step.index]!;
    const message = `"${name}" took longer than its time limit of ${policy.timeoutMs} ms.`;
    const isRetryable = step.effectsInFlight === 0;
    const outcome: StepOutcome = {
      kind: 'error',
      error: { code: 'timeout', message },
      isRetryable,
      retryAfterMs: 0,
    };
    this.#settle(step, outcome);
    step.abort(new DOMException(message, 'TimeoutError'));
  }

  #release(step: RunningStep): void {
    step.isClosed = true;
    this.#running.delete(step.index);
  }

  #recordOf(step: RunningStep): Omit<StepRecord, 'status'> {
    return {
      nodeId: step.nodeId,
      attempt: step.attempt,
      startedAt: step.startedAt,
      ...(step.input !== undefined && { input: step.input }),
      ...(step.logs.length > 0 && { logs: step.logs }),
      ...(step.usage && { usage: step.usage }),
      ...(step.resume && { resume: step.resume }),
    };
  }

  /** A record that must be on disk before anything that follows from it. */
  #keep(record: StepRecord): void {
    this.#writeBy = 0;
    this.#hold(record);
  }

  /** A record that may be lost together with all that follows from it. */
  #keepSoon(record: StepRecord): void {
    if (this.#writeBy === Number.POSITIVE_INFINITY) {
      const now = this.#now();
      this.#writeBy = now + WRITE_PURE_WITHIN_MS;
      this.#alarm.setBy(this.#writeBy, now);
    }
    this.#hold(record);
  }

  #hold(step: StepRecord): void {
    this.#writer.hold({ type: 'step', step });
    if (this.#ports.progress) this.#events.push({ type: 'step.finished', nodeId: step.nodeId, step });
  }

  #tellSkipped(nodeIds: string[]): void {
    if (!this.#ports.progress) return;
    for (const nodeId of nodeIds) {
      this.#events.push({ type: 'step.finished', nodeId, step: { nodeId, status: 'skipped' } });
    }
  }

  async #graceOver(graceMs: number): Promise<void> {
    const isUnderWay = () => this.#openSteps() > this.#finished.length;
    if (!isUnderWay()) return;
    const over = new AbortController();
    const grace = this.#ports.clock.sleep(graceMs, over.signal).then(() => true);
    while (isUnderWay()) {
      const happened = new Promise<false>((resolve) => {
        this.#wake = () => resolve(false);
      });
      if (await Promise.race([grace, happened])) break;
    }
    over.abort();
  }

  /** Steps that will still say how they ended. */
  #openSteps(): number {
    let count = 0;
    for (const step of this.#running.values()) if (!step.isClosed) count++;
    return count;
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
