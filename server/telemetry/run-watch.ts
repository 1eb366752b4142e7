import type { LiveEvent } from '../contract/live.ts';
import { TransientMap } from '../transient-map.ts';
import type { Figures } from './figures.ts';
import type { TracedExecution, TracedStep, Traces } from './traces.ts';

/** One attempt of a step whose node runs now. */
export type WatchedStep = {
  run<T>(work: () => T): T;
  /** The node has answered or thrown; its result is not on disk yet. */
  settled(): void;
};

/** What the executions of this process do, told by two who see different parts of it: nodes and live events. */
export type RunWatch = {
  nodeBegins(step: { executionId: string; nodeId: string; type: string; attempt: number }): WatchedStep;
  told(event: Omit<LiveEvent, 'topic'>): void;
  /** Ends the spans of what is still under way: it goes on elsewhere. */
  close(): void;
};

/** More than a process runs at once (WORKER_CONCURRENCY); older ones were taken over by another process. */
const MOST_RUNS = 2_000;

/** Of a step that failed before its node ran: a template, a wrong config, a type that is not there. */
const NOT_RUN = 'not_run';

type Step = { type: string; begunAt: number; settledAt: number | undefined; traced: TracedStep | undefined };
type Run = { traced: TracedExecution | undefined; steps: Map<string, Step> };

/** Turns what happens into figures, and into spans where there are traces. */
export function createRunWatch(figures: Figures, traces: Traces | null): RunWatch {
  const runs = new TransientMap<Run>();

  function begin(executionId: string, flowId: string, isFirst: boolean): void {
    end(executionId, { status: 'interrupted' });
    figures.executionStarted();
    runs.set(executionId, {
      traced: traces?.execution({ id: executionId, flowId, isFirst }),
      steps: new Map(),
    });
    if (runs.size <= MOST_RUNS) return;
    const [oldest] = runs.keys();
    if (oldest !== undefined) end(oldest, { status: 'interrupted' });
  }

  function end(executionId: string, how: { status: string; errorCode?: string | undefined }): void {
    const run = runs.get(executionId);
    if (!run) return;
    runs.delete(executionId);
    for (const step of run.steps.values()) step.traced?.end({ status: 'interrupted', at: step.settledAt });
    run.traced?.end(how);
  }

  function stepFinished(run: Run, nodeId: string, data: unknown): void {
    const status = textOf(data, 'status');
    const step = run.steps.get(nodeId);
    run.steps.delete(nodeId);
    if (status === undefined || status === 'skipped') return;
    const errorCode = errorCodeOf(data);
    // A failed attempt that is repeated is journalled as pending.
    const outcome = status === 'pending' ? 'retried' : status;
    if (step) {
      const at = step.settledAt ?? performance.now();
      figures.step(step.type, outcome, (at - step.begunAt) / 1_000);
      step.traced?.end({ status: outcome, errorCode, at });
    } else if (status === 'failed' || status === 'pending') {
      figures.step(NOT_RUN, outcome, 0);
      run.traced?.step({ type: NOT_RUN, nodeId, attempt: 1 }).end({ status: outcome, errorCode });
    }
  }

  return {
    nodeBegins: ({ executionId, nodeId, type, attempt }) => {
      const run = runs.get(executionId);
      const traced = run?.traced?.step({ type, nodeId, attempt });
      const step: Step = { type, begunAt: performance.now(), settledAt: undefined, traced };
      run?.steps.set(nodeId, step);
      return {
        run: (work) => (traced ? traced.run(work) : work()),
        settled: () => {
          step.settledAt = performance.now();
        },
      };
    },
    told: ({ type, executionId, flowId, nodeId, seq, data }) => {
      if (executionId === undefined) return;
      switch (type) {
        case 'execution.started':
          // The feed of a run that goes on begins after the numbers of the one before.
          begin(executionId, flowId ?? '', seq === 1);
          break;
        case 'step.finished': {
          const run = runs.get(executionId);
          if (run && nodeId !== undefined) stepFinished(run, nodeId, data);
          break;
        }
        case 'execution.waiting':
        case 'execution.finished': {
          const status = textOf(data, 'status') ?? 'unknown';
          figures.executionFinished(status);
          end(executionId, { status, errorCode: errorCodeOf(data) });
          break;
        }
      }
    },
    close: () => {
      for (const executionId of [...runs.keys()]) end(executionId, { status: 'interrupted' });
    },
  };
}

function fieldOf(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}

function textOf(data: unknown, name: string): string | undefined {
  const value = fieldOf(data, name);
  return typeof value === 'string' ? value : undefined;
}

const errorCodeOf = (data: unknown): string | undefined => textOf(fieldOf(data, 'error'), 'code');
