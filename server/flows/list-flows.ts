import type { ServerContext } from '../context.ts';
import type { FlowSummary, Page } from '../contract/shapes.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import type { FlowRow } from './flow-view.ts';
import { FLOW_COLUMNS, JOIN_PUBLISHED, webhookUrl } from './flow-view.ts';

type SummaryRow = Omit<FlowRow, 'graph'> & {
  triggers: string[];
  runsToday: number;
  failuresToday: number;
  lastRunAt: Date | null;
  cursorAt: string;
};

/** Runs of a day are counted up to this; the cards say "10,000+" then. Counting a million takes a second. */
const MOST_COUNTED = 10_000;

const TODAY = `date_trunc('day', now(), 'UTC')`;

/**
 * Counts are of live executions since midnight UTC: a test run is nobody's traffic. The page is cut first, so that only
 * its flows are counted.
 */
const LIST_FLOWS = `
  with failed as (
    select flow_id, count(*)::int as failures from flow_executions
    where workspace_id = $1 and status = 'failed' and mode = 'live' and created_at >= ${TODAY} group by flow_id
  ), page as (
    select * from flows
    where workspace_id = $1 and deleted_at is null
      and ($2::text is null or name ilike $2 or description ilike $2)
      and ($3::text is null or graph->'nodes' @> jsonb_build_array(jsonb_build_object('type', $3::text)))
      and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
    order by created_at desc, id desc limit $6
  )
  select ${FLOW_COLUMNS}, f.created_at::text as "cursorAt",
    array(select distinct node->>'type' from jsonb_array_elements(f.graph->'nodes') node
          where node->>'type' like 'trigger.%' order by 1) as triggers,
    today.runs as "runsToday", coalesce(failed.failures, 0) as "failuresToday", newest.at as "lastRunAt"
  from page f ${JOIN_PUBLISHED}
  cross join lateral (
    select count(*)::int as runs from (
      select 1 from flow_executions e
      where e.workspace_id = f.workspace_id and e.flow_id = f.id and e.mode = 'live' and e.created_at >= ${TODAY}
      limit ${MOST_COUNTED}
    ) counted
  ) today
  left join failed on failed.flow_id = f.id
  left join lateral (
    select e.created_at as at from flow_executions e
    where e.workspace_id = f.workspace_id and e.flow_id = f.id and e.mode = 'live'
    order by e.created_at desc limit 1
  ) newest on true
  order by f.created_at desc, f.id desc`;

/**
 * Cards of the flows page, newest first.
 * @param request `search` is looked for in names and descriptions, `trigger` is the type of one that the draft has
 */
export async function listFlows(
  context: ServerContext,
  request: {
    workspaceId: string;
    search: string | undefined;
    trigger: string | undefined;
    limit: number;
    after: PageKey | null;
  },
): Promise<Page<FlowSummary>> {
  const { rows } = await context.pool.query<SummaryRow>(LIST_FLOWS, [
    request.workspaceId,
    request.search ? `%${escapeLike(request.search)}%` : null,
    request.trigger || null,
    request.after?.at ?? null,
    request.after?.id ?? null,
    request.limit + 1,
  ]);
  return toPage(rows, request.limit, ({ cursorAt: _, ...row }) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    pausedAt: row.pausedAt?.toISOString() ?? null,
    lastRunAt: row.lastRunAt?.toISOString() ?? null,
    webhookUrl: webhookUrl(context, row.id),
    verifyToken: context.secrets.verifyToken,
  }));
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
