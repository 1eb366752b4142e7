import type { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { ExecutionSummary, executionStatusSchema, Page } from '../contract/shapes.ts';
import { executionTitle } from '../executions/execution-title.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';

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

const LIST_EXECUTIONS = `
  select ${SUMMARY_COLUMNS}, e.event - 'raw' - 'data' as event, e.created_at::text as "cursorAt"
  from flow_executions e join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id
  where e.workspace_id = $1
    and ($2::uuid is null or e.flow_id = $2)
    and ($3::text[] is null or e.status = any($3))
    and ($4::timestamptz is null or e.created_at >= $4)
    and ($5::timestamptz is null or (e.created_at, e.id) < ($5, $6::uuid))
  order by e.created_at desc, e.id desc limit $7`;

export type ExecutionFilter = {
  workspaceId: string;
  flowId: string | undefined;
  status: z.output<typeof executionStatusSchema>[] | undefined;
  /** ISO 8601. */
  since: string | undefined;
  limit: number;
  after: PageKey | null;
};

/** Executions, newest first. */
export async function listExecutions(
  db: Queryable,
  filter: ExecutionFilter,
): Promise<Page<ExecutionSummary>> {
  const { rows } = await db.query<SummaryRow & { cursorAt: string }>(LIST_EXECUTIONS, [
    filter.workspaceId,
    filter.flowId ?? null,
    filter.status ?? null,
    filter.since ?? null,
    filter.after?.at ?? null,
    filter.after?.id ?? null,
    filter.limit + 1,
  ]);
  return toPage(rows, filter.limit, viewSummary);
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
