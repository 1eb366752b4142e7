import type { LiveEvent } from '../../server/contract/live.ts';
import type { ExecutionSummary } from '../../server/contract/shapes.ts';
import { emptyRun, summaryAfter } from './run-state.ts';

const LIMIT = 30;

/** The recent runs after some live events: known ones change, new ones come first. */
export function runsAfter(
  runs: readonly ExecutionSummary[],
  events: readonly LiveEvent[],
  flowId: string,
): readonly ExecutionSummary[] {
  const about = events.filter((event) => event.executionId && event.type.startsWith('execution.'));
  if (about.length === 0) return runs;
  const byId = new Map(runs.map((run) => [run.id, run]));
  for (const event of about) {
    const id = event.executionId ?? '';
    byId.set(id, summaryAfter(byId.get(id) ?? blankSummary(id, flowId, event.at), event));
  }
  return newestFirst([...byId.values()]);
}

/** What the server lists, and what only live events have told so far. */
export function mergeRuns(
  live: readonly ExecutionSummary[],
  listed: readonly ExecutionSummary[],
): readonly ExecutionSummary[] {
  const known = new Set(listed.map((run) => run.id));
  return newestFirst([...listed, ...live.filter((run) => !known.has(run.id))]);
}

function newestFirst(runs: ExecutionSummary[]): ExecutionSummary[] {
  return runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, LIMIT);
}

function blankSummary(id: string, flowId: string, at: string): ExecutionSummary {
  const { status, title, mode, dryRun, flowVersion, error, createdAt, startedAt, finishedAt } = emptyRun(
    id,
    at,
  );
  return {
    id,
    flowId,
    flowName: '',
    flowVersion,
    status,
    mode,
    dryRun,
    title,
    error,
    createdAt,
    startedAt,
    finishedAt,
  };
}
