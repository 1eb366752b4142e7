import { isoTime } from './clock.ts';
import type { PlanNode } from './compile.ts';
import type { EffectStep, Effects } from './effect.ts';
import { NodeError } from './errors.ts';
import type { ExecutionInput, LogLine, ProgressEvent, StepError } from './journal.ts';
import type { LogLevel, NodeContext, NodeResult, Resume, StepUsage } from './node-type.ts';
import { plainJson } from './plain-json.ts';
import { hideSecrets } from './secret-fields.ts';
import type { NodeServices } from './services.ts';
import type { TemplateScope } from './templates.ts';

/** Lines kept of one step; the last one says that there were more. */
export const MOST_LOG_LINES = 200;
const LONGEST_LOG_MESSAGE = 2_000;
const LARGEST_LOG_DATA = 8 * 1024;

/** What all steps of an execution share. */
export type StepWorld = {
  input: ExecutionInput;
  scope: TemplateScope;
  services: NodeServices;
  effects: Effects;
  now(): Date;
  progress: ((event: ProgressEvent) => void) | undefined;
};

export type StepStart = {
  index: number;
  attempt: number;
  startedAt: string;
  deadline: number;
  resume: Resume | undefined;
  logs: LogLine[];
  usage: StepUsage | undefined;
};

export type StepOutcome =
  | { kind: 'result'; result: NodeResult }
  | {
      kind: 'error';
      error: StepError;
      isRetryable: boolean;
      /** Nothing was done and no attempt is used up (engine/errors.ts). */
      isThrottled?: boolean;
      retryAfterMs: number;
    };

/** One attempt at one step while it runs. */
export class RunningStep implements EffectStep {
  readonly nodeId: string;
  readonly index: number;
  readonly attempt: number;
  readonly startedAt: string;
  readonly deadline: number;
  readonly resume: Resume | undefined;
  readonly logs: LogLine[];
  readonly #planNode: PlanNode;
  readonly #world: StepWorld;
  usage: StepUsage | undefined;
  input: unknown;
  isClosed = false;
  effectsInFlight = 0;
  #controller: AbortController | undefined;

  constructor(planNode: PlanNode, world: StepWorld, start: StepStart) {
    this.nodeId = planNode.id;
    this.index = start.index;
    this.attempt = start.attempt;
    this.startedAt = start.startedAt;
    this.deadline = start.deadline;
    this.resume = start.resume;
    this.logs = start.logs;
    this.usage = start.usage;
    this.#planNode = planNode;
    this.#world = world;
  }

  /** Made when first asked for: most nodes never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Runs the node. Never rejects. */
  async run(): Promise<StepOutcome> {
    try {
      const { scope } = this.#world;
      const config = this.#planNode.config(
        this.#planNode.readsContact ? { ...scope, contact: await this.#contact() } : scope,
      );
      const { instance, description } = this.#planNode.registered!;
      this.input = keptInput(hideSecrets(config, description.config));
      return {
        kind: 'result',
        result: checkedResult(this.#planNode, await instance.run(new StepContext(this, this.#world, config))),
      };
    } catch (error) {
      return failure(this.#planNode, error);
    }
  }

  /**
   * The contact as it was when the step first looked. It changes meanwhile, and a text that was sent before a crash must be
   * the same text after it, or it would not be found again.
   */
  #contact(): Promise<unknown> {
    const { effects, services } = this.#world;
    return effects.remember(this, 'contact', 'Read what is known about the contact', () =>
      services.contacts.read(this.signal),
    );
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  log(message: string, data?: unknown, level: LogLevel = 'info'): void {
    if (!this.isClosed) this.note(message, data, level);
  }

  /** A line of the run loop's own; it may come after the step is over. */
  note(message: string, data?: unknown, level: LogLevel = 'info'): void {
    if (this.logs.length >= MOST_LOG_LINES) return;
    const at = isoTime(this.#world.now().getTime());
    const line: LogLine =
      this.logs.length === MOST_LOG_LINES - 1
        ? { at, level: 'warn', message: `More than ${MOST_LOG_LINES} lines; the rest is not kept.` }
        : {
            at,
            level,
            message: message.slice(0, LONGEST_LOG_MESSAGE),
            ...(data !== undefined && { data: keptData(data) }),
          };
    this.logs.push(line);
    this.#world.progress?.({ type: 'step.log', nodeId: this.nodeId, line });
  }
}

/**
 * What a node is given. The functions are its own, so that a node may take them apart (`const { effect } = context`);
 * `signal` is a getter of the class, because one in an object literal would cost more than all the rest of a step.
 *
 * Each function is a constant before it is a property, or it would keep the whole execution from the quick garbage
 * collections (docs/decisions/what-ends-leaves-at-once.md).
 */
class StepContext implements NodeContext<unknown> {
  readonly trigger: NodeContext<unknown>['trigger'];
  readonly steps: NodeContext<unknown>['steps'];
  readonly workspaceId: string;
  readonly flowId: string;
  readonly executionId: string;
  readonly nodeId: string;
  readonly attempt: number;
  readonly dryRun: boolean;
  readonly resume: Resume | undefined;
  readonly services: NodeServices;
  readonly config: unknown;
  readonly now: () => Date;
  readonly log: NodeContext<unknown>['log'];
  readonly token: NodeContext<unknown>['token'];
  readonly usage: NodeContext<unknown>['usage'];
  readonly effect: NodeContext<unknown>['effect'];
  readonly #step: RunningStep;

  constructor(step: RunningStep, world: StepWorld, config: unknown) {
    const { input, scope, services, effects, now, progress } = world;
    this.#step = step;
    this.config = config;
    this.trigger = input.event;
    this.steps = scope.steps;
    this.workspaceId = input.workspaceId;
    this.flowId = input.flowId;
    this.executionId = input.executionId;
    this.nodeId = step.nodeId;
    this.attempt = step.attempt;
    this.dryRun = input.dryRun;
    this.resume = step.resume;
    this.services = services;
    this.now = now;
    const log: NodeContext<unknown>['log'] = (message, data, level) => step.log(message, data, level);
    const token: NodeContext<unknown>['token'] = (text) => {
      if (!step.isClosed) progress?.({ type: 'step.token', nodeId: step.nodeId, text });
    };
    const usage: NodeContext<unknown>['usage'] = (used) => {
      step.usage = addUsage(step.usage, used);
    };
    const effect: NodeContext<unknown>['effect'] = (key, perform, options) =>
      effects.perform(step, key, perform, options);
    this.log = log;
    this.token = token;
    this.usage = usage;
    this.effect = effect;
  }

  get signal(): AbortSignal {
    return this.#step.signal;
  }
}

/** What a failure of a node is called, whatever it threw. */
function failure(planNode: PlanNode, error: unknown): StepOutcome {
  if (error instanceof NodeError) {
    const { code, message, details, field, retryable, throttled, retryAfterMs } = error;
    return {
      kind: 'error',
      error: {
        code,
        message,
        ...(field && { field }),
        ...(details !== undefined && { details: keptData(details) }),
      },
      isRetryable: retryable,
      isThrottled: throttled,
      retryAfterMs: retryAfterMs ?? 0,
    };
  }
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  const message = `"${planNode.name}" (${planNode.node.type}) stopped with an error that it does not handle: ${reason}`;
  return { kind: 'error', error: { code: 'node_crashed', message }, isRetryable: false, retryAfterMs: 0 };
}

/** Custom nodes are JavaScript: what they answer is looked at before it is believed. */
function checkedResult(planNode: PlanNode, result: NodeResult | undefined): NodeResult {
  switch (result?.kind) {
    case 'fired':
      if (!Array.isArray(result.ports)) break;
      return { ...result, data: plainJson(result.data, `The output of "${planNode.name}"`) };
    case 'stop':
      return { kind: 'stop', data: plainJson(result.data, `The output of "${planNode.name}"`) };
    case 'wait': {
      const { until } = result.wait;
      if (until !== undefined && Number.isNaN(Date.parse(until))) break;
      return {
        kind: 'wait',
        wait: plainJson(result.wait, `The draft of "${planNode.name}"`) as typeof result.wait,
      };
    }
  }
  throw new NodeError(
    'bad_result',
    `"${planNode.name}" (${planNode.node.type}) answered with something that is no result. A node's run must return fired(), waitFor() or a stop.`,
  );
}

/** The config as the log shows it; a huge one is not worth keeping. */
function keptInput(config: unknown): unknown {
  try {
    return plainJson(config, 'The input');
  } catch {
    return { omitted: 'The input is too large to keep.' };
  }
}

function keptData(data: unknown): unknown {
  try {
    return plainJson(data, 'The data', LARGEST_LOG_DATA);
  } catch {
    return 'The data is too large to keep.';
  }
}

function addUsage(before: StepUsage | undefined, usage: StepUsage): StepUsage {
  if (!before) return usage;
  const sum = { ...before, ...usage };
  for (const field of ['inputTokens', 'outputTokens', 'costUsd'] as const) {
    if (before[field] !== undefined) sum[field] = before[field] + (usage[field] ?? 0);
  }
  return sum;
}
