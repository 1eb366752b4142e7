import type { StepRecord } from '../../engine/journal.ts';
import type { Step } from '../contract/shapes.ts';
import type { ClaimedExecution } from './claim-executions.ts';
import { executionTitle } from './execution-title.ts';

type SummaryParts = Pick<ClaimedExecution, 'event' | 'flowVersion' | 'mode' | 'dryRun' | 'createdAt'> & {
  startedAt: Date | null;
};

/** The changing part of an ExecutionSummary, as `execution.*` events carry it. */
export function liveSummary(
  execution: SummaryParts,
  status: string,
  options: { error?: { code: string; message: string; nodeId?: string }; finishedAt?: Date } = {},
) {
  const { event, flowVersion, mode, dryRun, createdAt, startedAt } = execution;
  return {
    status,
    ...(options.error && { error: options.error }),
    title: executionTitle(event),
    flowVersion,
    mode,
    dryRun,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: options.finishedAt?.toISOString() ?? null,
  };
}

/** A Step without name and type, as `step.finished` carries it. */
export function liveStep(record: StepRecord): Omit<Step, 'name' | 'type'> {
  return {
    nodeId: record.nodeId,
    status: record.status,
    attempt: record.attempt,
    startedAt: record.startedAt ?? null,
    finishedAt: record.finishedAt ?? null,
    input: record.input ?? null,
    output: record.output ?? null,
    ports: record.ports ?? [],
    error: record.error
      ? {
          code: record.error.code,
          message: record.error.message,
          ...(record.error.field !== undefined && { field: record.error.field }),
        }
      : null,
    logs: record.logs ?? [],
    usage: record.usage ?? null,
  };
}
