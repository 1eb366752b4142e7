import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { FlowCall, FlowsService } from '../../engine/services.ts';
import type { CallInput } from '../../nodes/trigger/call-inputs.ts';
import { readCallInput } from '../../nodes/trigger/call-inputs.ts';
import { isUuid, newId } from '../database/id.ts';
import { isTransient } from '../executions/group-commit.ts';
import type { RunWithin } from '../executions/runner.ts';
import { storeExecution } from '../executions/started-by-server.ts';
import { untilAborted } from '../until-aborted.ts';
import type { ExecutionToStore, StoredExecution } from '../webhooks/ingest.ts';
import { findCalled, readCalled } from './called-executions.ts';
import type { FoundFlow } from './find-callable-flow.ts';
import { findCallableFlow } from './find-callable-flow.ts';

/** A called flow may call another, and so on, this often. Deeper is hardly meant, and every level holds memory. */
export const MOST_CALLS_DEEP = 5;
/** Largest answer, as JSON in characters. */
const LARGEST_ANSWER = 32 * 1024;
/** How often an execution is looked at that runs elsewhere: only after a crash, or while it is given from hand to hand. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export type FlowCallsDeps = {
  pool: pg.Pool;
  runWithin: RunWithin;
  /** Told of executions that are new on disk. */
  onStored: (executions: StoredExecution[]) => void;
};

/** The execution that calls. */
export type Caller = { workspaceId: string; flowId: string; executionId: string; event: TriggerEvent };

export type FlowCalls = { of(caller: Caller): FlowsService };

/**
 * Calls of flows by flows. A call is an execution of its own, stored once under a key made of the calling step, and run
 * within the slot of the caller: callers that wait for each other's slots could else stand still for good. A step that is run
 * again after a crash finds the execution that it had started, wherever that is by then.
 */
export function createFlowCalls(deps: FlowCallsDeps): FlowCalls {
  return {
    of: (caller) => ({
      describe: ({ flow }) =>
        orRetryable(async () => {
          const { name, description, inputs } = await findCallableFlow(deps.pool, caller.workspaceId, flow);
          return { name, description, inputs };
        }),
      call: ({ flow, nodeId, key, input }, signal) =>
        orRetryable(async () => {
          const dedupeKey = `call:${caller.executionId}:${nodeId}:${key}`;
          const executionId = await begin(deps, caller, { flow, nodeId, dedupeKey, input });
          return untilSettled(deps, caller.workspaceId, executionId, signal);
        }),
    }),
  };
}

/** The id of the execution of this call: the one that it started before, or a new one. */
async function begin(
  { pool, onStored }: FlowCallsDeps,
  caller: Caller,
  call: { flow: string; nodeId: string; dedupeKey: string; input: Record<string, unknown> },
): Promise<string> {
  const { workspaceId } = caller;
  const { flow, nodeId, dedupeKey } = call;
  // Found first: what was started before goes on, even if its flow was unpublished or changed since.
  const before = isUuid(flow) ? await findCalled(pool, { workspaceId, flowId: flow, dedupeKey }) : null;
  if (before !== null) return before;
  const found = await findCallableFlow(pool, workspaceId, flow);
  const flowIds = [...(caller.event.caller?.flowIds ?? []), caller.flowId];
  refuseDepth(found, flowIds);
  const execution: ExecutionToStore = {
    id: newId(),
    workspaceId,
    flowId: found.flowId,
    flowVersion: found.version,
    triggerNodeId: found.triggerNodeId,
    event: eventOf(caller, { nodeId, flowIds, input: checkedInput(found, call.input) }),
    dedupeKey,
    // The caller holds the contact's turn; who waited behind it could wait for itself.
    contactKey: null,
  };
  if (await storeExecution(pool, execution)) {
    onStored([{ ...execution, isTaken: true }]);
    return execution.id;
  }
  const { flowId } = found;
  const other = await findCalled(pool, { workspaceId, flowId, dedupeKey });
  if (other !== null) return other;
  throw new NodeError('call_interrupted', 'The called run is gone.', { retryable: true });
}

/** Of the caller's event only who it is about: the account and the person. */
function eventOf(
  { event, executionId }: Caller,
  { nodeId, flowIds, input }: { nodeId: string; flowIds: string[]; input: CallInput },
): TriggerEvent {
  const { account, from } = event;
  return {
    kind: 'call',
    at: new Date().toISOString(),
    ...(account && { account }),
    ...(from && { from }),
    input,
    caller: { executionId, nodeId, flowIds },
  };
}

function refuseDepth({ flowId, name }: FoundFlow, flowIds: string[]): void {
  if (flowIds.includes(flowId)) {
    throw new NodeError(
      'call_cycle',
      `The flow "${name}" is on the way to this step already, so it would call itself without end. Call another flow.`,
      { field: 'flow' },
    );
  }
  if (flowIds.length > MOST_CALLS_DEEP) {
    throw new NodeError(
      'call_too_deep',
      `Calls of flows go at most ${MOST_CALLS_DEEP} deep, and "${name}" would be one more. Let fewer flows call each other.`,
      { field: 'flow' },
    );
  }
}

function checkedInput({ name, inputs }: FoundFlow, given: Record<string, unknown>): CallInput {
  const read = readCallInput(inputs, given);
  if ('input' in read) return read.input;
  throw new NodeError(
    'call_input_invalid',
    `The flow "${name}" can't be called like this: ${read.problems.join('; ')}. Its trigger lists what it asks for.`,
    { field: 'inputs' },
  );
}

/** Runs it here where it can be, and looks after it where somebody else does. */
async function untilSettled(
  { pool, runWithin }: FlowCallsDeps,
  workspaceId: string,
  executionId: string,
  signal: AbortSignal,
): Promise<FlowCall> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const ran = await untilAborted(signal, () => runWithin(executionId));
    const called = await readCalled(pool, workspaceId, executionId);
    if (!called) throw failed('called_flow_cancelled', executionId, 'was deleted with its flow');
    const { status, answer } = called;
    switch (status) {
      case 'succeeded':
      case 'waiting':
        return { executionId, status, answer: limited(answer) };
      case 'failed':
        throw failed('called_flow_failed', executionId, 'failed', called.error?.message);
      case 'cancelled':
        throw failed('called_flow_cancelled', executionId, 'was cancelled');
      case 'queued':
      case 'running':
        if (status === 'queued' && called.isPaused) return { executionId, status: 'waiting', answer: null };
        if (ran === 'stopping') throw interrupted();
        await sleep(pauseMs, undefined, { signal });
        break;
      default:
        return status satisfies never;
    }
  }
}

function limited(answer: unknown): unknown {
  if (JSON.stringify(answer ?? null).length <= LARGEST_ANSWER) return answer ?? null;
  throw new NodeError(
    'answer_too_large',
    `The called flow answers with more than ${LARGEST_ANSWER / 1024} KB. Let it answer with less.`,
  );
}

function failed(code: string, executionId: string, what: string, why?: string): NodeError {
  return new NodeError(
    code,
    `The called run ${what}${why ? `: ${why.slice(0, 500)}` : '.'} Look at its page; retry it there first, then this one.`,
    { details: { executionId } },
  );
}

const interrupted = () =>
  new NodeError('call_interrupted', 'This process stops; the call goes on elsewhere.', {
    throttled: true,
    retryAfterMs: 1_000,
  });

/** A database that is away for a moment is no reason to fail: asked again, the same call is found. */
async function orRetryable<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isTransient(error)) throw error;
    throw new NodeError(
      'flow_call_unavailable',
      'The called flow could not be reached: the database did not answer.',
      {
        retryable: true,
        cause: error,
      },
    );
  }
}
