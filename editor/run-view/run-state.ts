import type { GraphEdge } from '../../engine/graph.ts';
import type { LiveEvent } from '../../server/contract/live.ts';
import type { Execution, ExecutionSummary, Step } from '../../server/contract/shapes.ts';

/** One execution as it is drawn over the canvas; live events go on top of what the server answered. */
export type Run = {
  id: string;
  status: ExecutionSummary['status'];
  title: string;
  mode: ExecutionSummary['mode'];
  dryRun: boolean;
  flowVersion: number | null;
  error: ExecutionSummary['error'];
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  steps: ReadonlyMap<string, Step>;
  /** Text that a model is writing, by node id, until its step has finished. */
  tokens: ReadonlyMap<string, string>;
  /** Sequence number of the last event taken in; older ones are ignored. */
  seq: number;
};

/** What a run did with an edge. `none`: not decided yet. */
export type EdgeState = 'none' | 'taken' | 'active' | 'dead';

/** Streamed text kept per node; what is longer will be in the step's output anyway. */
const MAX_STREAMED = 20_000;
const MAX_LOGS = 500;

export function runFromExecution(execution: Execution): Run {
  return {
    id: execution.id,
    status: execution.status,
    title: execution.title,
    mode: execution.mode,
    dryRun: execution.dryRun,
    flowVersion: execution.flowVersion,
    error: execution.error,
    createdAt: execution.createdAt,
    startedAt: execution.startedAt,
    finishedAt: execution.finishedAt,
    steps: new Map(execution.steps.map((step) => [step.nodeId, step])),
    tokens: new Map(),
    seq: 0,
  };
}

/** A run of which only its beginning is known yet. */
export function emptyRun(id: string, at: string): Run {
  return {
    id,
    status: 'queued',
    title: '',
    mode: 'live',
    dryRun: false,
    flowVersion: null,
    error: null,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    steps: new Map(),
    tokens: new Map(),
    seq: 0,
  };
}

/** The run after one live event. Events of other runs and repeated ones change nothing. */
export function applyLiveEvent(run: Run, event: LiveEvent): Run {
  if (event.executionId !== run.id) return run;
  if (event.seq > 0 && event.seq <= run.seq) return run;
  const next = { ...run, seq: Math.max(run.seq, event.seq) };
  const data = asRecord(event.data);
  switch (event.type) {
    case 'execution.queued':
    case 'execution.started':
    case 'execution.waiting':
    case 'execution.finished':
      return { ...next, ...changesOf(data), status: statusAfter(event, data) };
    case 'step.started':
      return withStep(next, event, (step) => ({
        ...step,
        status: 'running',
        attempt: typeof data.attempt === 'number' ? data.attempt : step.attempt,
        startedAt: event.at,
        finishedAt: null,
        error: null,
      }));
    case 'step.log':
      return withStep(next, event, (step) => ({
        ...step,
        logs: [...step.logs, logLine(data, event.at)].slice(-MAX_LOGS),
      }));
    case 'step.token': {
      if (!event.nodeId || typeof data.text !== 'string') return next;
      const soFar = next.tokens.get(event.nodeId) ?? '';
      const text = (soFar + data.text).slice(-MAX_STREAMED);
      return { ...next, tokens: new Map(next.tokens).set(event.nodeId, text) };
    }
    case 'step.finished': {
      const tokens = new Map(next.tokens);
      if (event.nodeId) tokens.delete(event.nodeId);
      return withStep({ ...next, tokens }, event, (step) => ({ ...step, ...finishedStep(data, step) }));
    }
    default:
      return next;
  }
}

/** A row of the run strip after a live event; the same row when the event is about another run. */
export function summaryAfter(summary: ExecutionSummary, event: LiveEvent): ExecutionSummary {
  if (event.executionId !== summary.id || !event.type.startsWith('execution.')) return summary;
  const data = asRecord(event.data);
  return { ...summary, ...changesOf(data), status: statusAfter(event, data) };
}

/** What the run did with the edge, from what its two ends say. */
export function edgeState(run: Run | null, edge: GraphEdge): EdgeState {
  const source = run?.steps.get(edge.source);
  if (!run || !source) return run && isOver(run.status) ? 'dead' : 'none';
  if (source.status === 'skipped') return 'dead';
  if (source.status === 'succeeded' || source.status === 'failed') {
    if (!source.ports.includes(edge.sourceHandle)) return 'dead';
    const target = run.steps.get(edge.target);
    return target?.status === 'running' ? 'active' : 'taken';
  }
  return isOver(run.status) ? 'dead' : 'none';
}

export function isOver(status: ExecutionSummary['status']): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** `830 ms`, `4.2 s`, `3 min`, `2 h`: how long something took. */
export function durationText(startedAt: string | null, finishedAt: string | null): string {
  if (!startedAt || !finishedAt) return '';
  const ms = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
  if (Number.isNaN(ms)) return '';
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

function withStep(run: Run, event: LiveEvent, change: (step: Step) => Step): Run {
  if (!event.nodeId) return run;
  const step = run.steps.get(event.nodeId) ?? blankStep(event.nodeId);
  return { ...run, steps: new Map(run.steps).set(event.nodeId, change(step)) };
}

function blankStep(nodeId: string): Step {
  return {
    nodeId,
    name: '',
    type: '',
    status: 'pending',
    attempt: 0,
    startedAt: null,
    finishedAt: null,
    input: undefined,
    output: undefined,
    ports: [],
    error: null,
    logs: [],
    usage: null,
  };
}

const EXECUTION_STATUSES: readonly ExecutionSummary['status'][] = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
];
const STEP_STATUSES: readonly Step['status'][] = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'skipped',
  'waiting',
];

function statusAfter(event: LiveEvent, data: Record<string, unknown>): ExecutionSummary['status'] {
  const told = EXECUTION_STATUSES.find((status) => status === data.status);
  if (told) return told;
  switch (event.type) {
    case 'execution.started':
      return 'running';
    case 'execution.waiting':
      return 'waiting';
    case 'execution.finished':
      return 'succeeded';
    default:
      return 'queued';
  }
}

/** The changing part of a summary, as far as the event tells it. */
function changesOf(data: Record<string, unknown>) {
  const error = data.error === undefined ? undefined : errorOf(data.error);
  return {
    ...(typeof data.title === 'string' && { title: data.title }),
    ...(error !== undefined && { error }),
    ...(typeof data.flowVersion === 'number' && { flowVersion: data.flowVersion }),
    ...(data.mode === 'live' && { mode: 'live' as const }),
    ...(data.mode === 'test' && { mode: 'test' as const }),
    ...(typeof data.dryRun === 'boolean' && { dryRun: data.dryRun }),
    ...(typeof data.createdAt === 'string' && { createdAt: data.createdAt }),
    ...(typeof data.startedAt === 'string' && { startedAt: data.startedAt }),
    ...(typeof data.finishedAt === 'string' && { finishedAt: data.finishedAt }),
  };
}

function finishedStep(data: Record<string, unknown>, before: Step): Partial<Step> {
  return {
    status: STEP_STATUSES.find((status) => status === data.status) ?? 'succeeded',
    ...(typeof data.attempt === 'number' && { attempt: data.attempt }),
    ...(typeof data.startedAt === 'string' && { startedAt: data.startedAt }),
    ...(typeof data.finishedAt === 'string' && { finishedAt: data.finishedAt }),
    ...('input' in data && { input: data.input }),
    ...('output' in data && { output: data.output }),
    ports: Array.isArray(data.ports) ? data.ports.filter((port) => typeof port === 'string') : before.ports,
    error: errorOf(data.error),
    ...(Array.isArray(data.logs) && {
      logs: data.logs.map((line: unknown) => logLine(asRecord(line), '')),
    }),
    ...(usageOf(data.usage) && { usage: usageOf(data.usage) ?? null }),
  };
}

function logLine(data: Record<string, unknown>, at: string): Step['logs'][number] {
  return {
    at: typeof data.at === 'string' ? data.at : at,
    level: typeof data.level === 'string' ? data.level : 'info',
    message: typeof data.message === 'string' ? data.message : '',
    ...(data.data !== undefined && { data: data.data }),
  };
}

function errorOf(value: unknown): { code: string; message: string; nodeId?: string; field?: string } | null {
  const error = asRecord(value);
  if (typeof error.message !== 'string') return null;
  return {
    code: typeof error.code === 'string' ? error.code : 'error',
    message: error.message,
    ...(typeof error.nodeId === 'string' && { nodeId: error.nodeId }),
    ...(typeof error.field === 'string' && { field: error.field }),
  };
}

function usageOf(value: unknown): Step['usage'] | undefined {
  const usage = asRecord(value);
  if (typeof usage.model !== 'string') return undefined;
  return {
    model: usage.model,
    ...(typeof usage.inputTokens === 'number' && { inputTokens: usage.inputTokens }),
    ...(typeof usage.outputTokens === 'number' && { outputTokens: usage.outputTokens }),
    ...(typeof usage.costUsd === 'number' && { costUsd: usage.costUsd }),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
