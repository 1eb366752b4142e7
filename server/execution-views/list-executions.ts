import type { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { ExecutionSummary, executionStatusSchema, FailureFilter, Page } from '../contract/shapes.ts';
import { executionTitle } from '../executions/execution-title.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { failureValues, IS_FAILED } from './failure-filter.ts';

/** An execution as the queries of this folder read it; `event` without its bulk. */
export type SummaryRow = Omit<ExecutionSummary, 'title' | 'createdAt' | 'startedAt' | 'finishedAt'> & {
  event: TriggerEvent;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

/** Columns of a SummaryRow over `flow_executions e join flows f`, without the event. */
export const SUMMARY_COLUMNS = `e.id, e.flow_id as "flowId", f.name as "flowName", e.flow_version as "flowVersion",
  e.status, e.mode, e.dry_run as "dryRun", e.error, e.created_at as "createdAt", e.started_at as "startedAt",
  e.finished_at as "finishedAt"`;

/**
 * `$1` to `$6` as of `IS_FAILED`, `$7` and `$8` where the page before ended, `$9` its size. The page is cut before anything
 * is joined: else the planner may begin with the flows and read all their executions.
 */
const listOf = (condition: string) => `
  with page as materialized (
    select e.* from flow_executions e
    where ${condition} and ($7::timestamptz is null or (e.created_at, e.id) < ($7, $8::uuid))
    order by e.created_at desc, e.id desc limit $9
  )
  select ${SUMMARY_COLUMNS}, e.event - 'raw' - 'data' as event, e.created_at::text as "cursorAt"
  from page e join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id
  order by e.created_at desc, e.id desc`;

const IS_LISTED = `e.workspace_id = $1
    and ($2::uuid is null or e.flow_id = $2)
    and ($3::text is null or e.error->>'code' = $3)
    and ($4::text is null or e.error->>'nodeId' = $4)
    and ($5::timestamptz is null or e.created_at >= $5)
    and ($6::timestamptz is null or e.created_at < $6)`;

/** The rare states stand in the text, so that the partial index `flow_executions_rare` serves them. */
const LISTS: Partial<Record<Status, string>> = {
  failed: listOf(IS_FAILED),
  waiting: listOf(`${IS_LISTED} and e.status = 'waiting'`),
  cancelled: listOf(`${IS_LISTED} and e.status = 'cancelled'`),
};

/** For any states (`$10`). */
const LIST_ALL = listOf(`${IS_LISTED} and ($10::text[] is null or e.status = any($10))`);

type Status = z.output<typeof executionStatusSchema>;

export type ExecutionFilter = FailureFilter & {
  workspaceId: string;
  status?: Status[] | undefined;
  limit: number;
  after: PageKey | null;
};

/** Executions, newest first. */
export async function listExecutions(
  db: Queryable,
  filter: ExecutionFilter,
): Promise<Page<ExecutionSummary>> {
  const { workspaceId, status, after, limit } = filter;
  const list = status?.length === 1 && status[0] ? LISTS[status[0]] : undefined;
  const { rows } = await db.query<SummaryRow & { cursorAt: string }>(list ?? LIST_ALL, [
    ...failureValues(workspaceId, filter),
    after?.at ?? null,
    after?.id ?? null,
    limit + 1,
    ...(list ? [] : [status ?? null]),
  ]);
  return toPage(rows, limit, viewSummary);
}

/** The execution as lists show it. */
export function viewSummary(row: SummaryRow): ExecutionSummary {
  const { id, flowId, flowName, flowVersion, status, mode, dryRun, error } = row;
  return {
    id,
    flowId,
    flowName,
    flowVersion,
    status,
    mode,
    dryRun,
    title: executionTitle(row.event),
    error: error && {
      code: error.code,
      message: error.message,
      ...(error.nodeId !== undefined && { nodeId: error.nodeId }),
    },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
