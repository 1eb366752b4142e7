import { isoTime } from './clock.ts';
import type { Plan, PlanNode } from './compile.ts';
import type { ExecutionInput, StepRecord } from './journal.ts';
import type { Resume, Wait } from './node-type.ts';
import { beginPlan, type PlanState, settleNode } from './plan-next.ts';
import { IndexHeap } from './topology.ts';

/** Who is told what follows without a step being run. */
export type FrontierListener = {
  /** A trigger or a disabled node, settled on the way. */
  settledAtOnce(record: StepRecord): void;
  skipped(nodeIds: string[]): void;
};

/**
 * What of an execution may run now, later, or once somebody wakes it: the planner's state, the outputs so far, and the last
 * record of every step that is not settled. Knows no promises and writes nothing.
 */
export class Frontier {
  /** Output of every settled node by id; without a prototype, so that a node may be called `constructor`. */
  readonly outputs: Record<string, { output: unknown }> = Object.create(null);
  /** A step that failed for good before this run, when there is one. */
  failed: StepRecord | undefined;
  readonly #plan: Plan;
  readonly #input: ExecutionInput;
  readonly #listener: FrontierListener;
  readonly #state: PlanState;
  readonly #firedPorts = new Map<number, readonly string[]>();
  readonly #records = new Map<number, StepRecord>();
  readonly #ready = new IndexHeap();
  readonly #retries: { index: number; at: number }[] = [];
  readonly #waits: (Wait | undefined)[] = [];

  /** Starts from the records of the journal, as of `now`: waiting steps whose time has come are ready. */
  constructor(plan: Plan, input: ExecutionInput, steps: StepRecord[], listener: FrontierListener, now: Date) {
    this.#plan = plan;
    this.#input = input;
    this.#listener = listener;
    for (const record of steps) this.#recall(record);
    const begun = beginPlan(plan, input.triggerNodeId, this.#firedPorts);
    this.#state = begun.state;
    const isResumed = this.#firedPorts.has(plan.indexOf.get(input.triggerNodeId)!);
    if (isResumed) this.outputs[input.triggerNodeId] = { output: input.event };
    else this.#tellSkipped(begun.skipped);
    this.#reach(begun.ready, now);
  }

  /** The next node to run, lowest in topological order first. */
  take(): number | undefined {
    return this.#ready.pop();
  }

  /** The last record of a step that has run before without being settled. */
  lastRecord(index: number): StepRecord | undefined {
    return this.#records.get(index);
  }

  settle(index: number, output: unknown, ports: readonly string[], now: Date): void {
    this.#records.delete(index);
    this.#reach(this.#follow(index, output, ports), now);
  }

  tryAgain(index: number, record: StepRecord, at: number): void {
    this.#records.set(index, record);
    this.#retries.push({ index, at });
  }

  wait(wait: Wait | undefined): void {
    this.#waits.push(wait);
  }

  /** Readies the retries that are due. */
  wakeRetries(now: number): void {
    for (let at = this.#retries.length - 1; at >= 0; at--) {
      if (this.#retries[at]!.at > now) continue;
      this.#ready.push(this.#retries[at]!.index);
      this.#retries.splice(at, 1);
    }
  }

  /** When the next retry is due, in ms since 1970; infinity when there is none. */
  get nextRetryAt(): number {
    return this.#retries.reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  }

  /** Whether something can run until then. */
  canGoOn(until: number): boolean {
    return this.#ready.size > 0 || this.nextRetryAt <= until;
  }

  /** Whether anything is left that time, a person or a message will wake. */
  get isWaiting(): boolean {
    return this.#retries.length > 0 || this.#waits.length > 0;
  }

  /** Whether nothing but attempts that failed are waited for. */
  get isOnlyRetrying(): boolean {
    return this.#retries.length > 0 && this.#waits.length === 0;
  }

  /** When time wakes the first of them, in ms since 1970; infinity when time wakes none. */
  get wakeAt(): number {
    return this.#waits.reduce(
      (earliest, wait) => (wait?.until ? Math.min(earliest, Date.parse(wait.until)) : earliest),
      this.nextRetryAt,
    );
  }

  #recall(record: StepRecord): void {
    const index = this.#plan.indexOf.get(record.nodeId);
    if (index === undefined) return;
    if (record.status === 'succeeded' || (record.status === 'failed' && record.ports)) {
      this.#firedPorts.set(index, record.ports ?? []);
      this.outputs[record.nodeId] = { output: record.output ?? null };
    } else {
      this.#records.set(index, record);
    }
  }

  /** Queues nodes whose turn has come; triggers and disabled nodes are settled on the way, in a list, not by recursion. */
  #reach(first: number[], now: Date): void {
    const open = [...first];
    for (const index of open) {
      const planNode = this.#plan.nodes[index]!;
      if (planNode.kind === 'step') {
        this.#queue(index, now.getTime());
        continue;
      }
      const isDisabled = planNode.kind === 'disabled';
      const ports = [isDisabled ? 'out' : planNode.firstPort];
      const output = isDisabled ? this.#forwarded(planNode) : this.#input.event;
      const at = isoTime(now.getTime());
      this.#listener.settledAtOnce({
        nodeId: planNode.id,
        status: 'succeeded',
        attempt: 1,
        startedAt: at,
        finishedAt: at,
        // The event stands with the execution already: its raw payload is not kept twice.
        output: isDisabled ? output : { ...this.#input.event, raw: undefined },
        ports,
      });
      for (const next of this.#follow(index, output, ports)) open.push(next);
    }
  }

  #follow(index: number, output: unknown, ports: readonly string[]): number[] {
    this.outputs[this.#plan.nodes[index]!.id] = { output };
    this.#firedPorts.set(index, ports);
    const { ready, skipped } = settleNode(this.#plan, this.#state, index, ports);
    this.#tellSkipped(skipped);
    return ready;
  }

  /** A node whose turn it is runs, goes on waiting, or is tried again later, as its last record says. */
  #queue(index: number, now: number): void {
    const record = this.#records.get(index);
    switch (record?.status) {
      case 'waiting': {
        const resume = record.resume ?? resumeByTime(record.wait, now);
        if (!resume) {
          this.wait(record.wait);
          return;
        }
        this.#records.set(index, { ...record, resume });
        break;
      }
      case 'pending': {
        const at = record.retryAt ? Date.parse(record.retryAt) : now;
        if (at <= now) break;
        this.#retries.push({ index, at });
        return;
      }
      case 'failed':
        this.failed ??= record;
        return;
    }
    this.#ready.push(index);
  }

  /** What a disabled node passes on: the output of the first of its live inputs, in the order of the edges. */
  #forwarded(planNode: PlanNode): unknown {
    const live = planNode.incoming.find(({ source, port }) => this.#firedPorts.get(source)?.includes(port));
    return live ? this.outputs[this.#plan.nodes[live.source]!.id]!.output : null;
  }

  #tellSkipped(skipped: number[]): void {
    if (skipped.length > 0) this.#listener.skipped(skipped.map((index) => this.#plan.nodes[index]!.id));
  }
}

/** What wakes a waiting step whose time has come; undefined while it has not. */
function resumeByTime(wait: Wait | undefined, now: number): Resume | undefined {
  if (!wait?.until || Date.parse(wait.until) > now) return undefined;
  return wait.for === 'approval'
    ? { kind: 'approval', decision: 'expired' }
    : { kind: 'time', at: new Date(now).toISOString() };
}
