import type { TriggerEvent } from './event.ts';
import type { LogLevel, Resume, StepUsage, Wait } from './node-type.ts';

export type StepStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'waiting';
export type ExecutionStatus = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

export type StepError = {
  code: string;
  message: string;
  field?: string;
  details?: unknown;
  /** Of a throttled step (engine/errors.ts): since when it has been waiting for its turn, ISO 8601. */
  throttledSince?: string;
};
export type LogLine = { at: string; level: LogLevel; message: string; data?: unknown };

/**
 * The journalled state of one node in one execution; a later record of the same node replaces the earlier.
 * `pending` with `retryAt` is a failed attempt that will be repeated; `attempt` then counts the attempts used up, to which a
 * throttled one does not belong. Skipped nodes are not journalled: they follow from
 * the plan and the ports of the others.
 */
export type StepRecord = {
  nodeId: string;
  status: Exclude<StepStatus, 'skipped'>;
  attempt: number;
  startedAt?: string;
  finishedAt?: string;
  /** The rendered config, as the node saw it. */
  input?: unknown;
  output?: unknown;
  /** Ports that fired; set when succeeded (or failed into the error port). */
  ports?: string[];
  error?: StepError;
  logs?: LogLine[];
  usage?: StepUsage;
  wait?: Wait;
  /** Written by whoever wakes the step (approval, timer, message), before the execution is enqueued. */
  resume?: Resume;
  retryAt?: string;
};

export type EffectRecord = {
  nodeId: string;
  key: string;
  status: 'intended' | 'done' | 'failed' | 'uncertain';
  describe: string;
  /** When the intention was journalled, ISO 8601; set by the run loop, handed to `reconcile`. */
  intendedAt?: string;
  request?: unknown;
  result?: unknown;
  error?: StepError;
};

/** How an execution stands when the run loop lets go of it. `waiting`: wake it at `resumeAt`, or by a person or message. */
export type ExecutionEnd =
  | { status: 'succeeded' }
  | { status: 'failed'; error: StepError & { nodeId?: string } }
  | { status: 'cancelled' }
  /** `keepsTurn`: it only waits to try something again; what came later from the same contact must not overtake it. */
  | { status: 'waiting'; resumeAt?: string; keepsTurn?: true };

export type JournalEntry =
  | { type: 'step'; step: StepRecord }
  | { type: 'effect'; effect: EffectRecord }
  | { type: 'end'; end: ExecutionEnd; output?: unknown };

/** Everything journalled so far of one execution; what the run loop starts from. */
export type JournalSnapshot = { steps: StepRecord[]; effects: EffectRecord[] };

/** Durable writes of one execution. A promise that resolves means: on disk. Entries of one call are one transaction. */
export type Journal = { write(entries: JournalEntry[]): Promise<void> };

/** What is executed: identity, event and mode. The graph comes beside it as a compiled plan. */
export type ExecutionInput = {
  executionId: string;
  workspaceId: string;
  flowId: string;
  /** The trigger node that matched; other triggers of the flow count as skipped. */
  triggerNodeId: string;
  event: TriggerEvent;
  dryRun: boolean;
};

/** Live progress, not durable, in order; the runtime forwards it to WebSockets. */
export type ProgressEvent =
  | { type: 'step.started'; nodeId: string; attempt: number; at: string }
  | { type: 'step.log'; nodeId: string; line: LogLine }
  | { type: 'step.token'; nodeId: string; text: string }
  | { type: 'step.finished'; nodeId: string; step: StepRecord | { nodeId: string; status: 'skipped' } };
