import type { FailureFilter, FailureGroup, Failures } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { failureValues, IS_FAILED, UNKNOWN_ERROR } from './failure-filter.ts';

/** The newest that are grouped. Far more and the page waits for the database; the causes are the same. */
const LOOKED_AT = 10_000;
const SHOWN_GROUPS = 50;

/**
 * Those of deleted flows are left out: they can't go on. The name of a node is that of the version which failed, since
 * the draft may have lost it.
 */
const GROUP_FAILURES = `
with failed as materialized (
  select e.flow_id, e.flow_version, coalesce(e.error->>'code', '${UNKNOWN_ERROR}') as code,
    e.error->>'nodeId' as node_id, coalesce(e.error->>'message', '') as message,
    coalesce(e.finished_at, e.created_at) as at
  from flow_executions e
  join flows f on f.id = e.flow_id and f.workspace_id = e.workspace_id and f.deleted_at is null
  where ${IS_FAILED}
  order by e.created_at desc limit ${LOOKED_AT + 1}
), groups as (
  select flow_id, code, node_id, count(*)::int as count, min(at) as first_at, max(at) as last_at,
    (array_agg(message order by at desc))[1] as message,
    (array_agg(flow_version order by at desc))[1] as flow_version
  from failed group by flow_id, code, node_id
  order by count(*) desc, max(at) desc limit ${SHOWN_GROUPS}
)
select g.flow_id as "flowId", f.name as "flowName", g.node_id as "nodeId", node.name as "nodeName",
  g.code as "errorCode", g.message, g.count, g.first_at as "firstAt", g.last_at as "lastAt"
from groups g
join flows f on f.id = g.flow_id
left join flow_versions v on v.flow_id = g.flow_id and v.version = g.flow_version
left join lateral (
  select item->>'name' as name from jsonb_array_elements(coalesce(v.graph, f.graph)->'nodes') item
  where item->>'id' = g.node_id limit 1
) node on true
order by g.count desc, g.last_at desc, g.flow_id, g.node_id`;

const COUNT_FAILURES = `
select count(*)::int as count, now() as at from (
  select 1 from flow_executions e
  join flows f on f.id = e.flow_id and f.workspace_id = e.workspace_id and f.deleted_at is null
  where ${IS_FAILED} limit ${LOOKED_AT + 1}
) failed`;

type GroupRow = Omit<FailureGroup, 'firstAt' | 'lastAt'> & { firstAt: Date; lastAt: Date };

/** Failed executions that a retry would take up again, counted by error and node. */
export async function listFailures(
  db: Queryable,
  workspaceId: string,
  filter: FailureFilter,
): Promise<Failures> {
  const values = failureValues(workspaceId, filter);
  // The time first: what fails after it is in none of the counts that a person decides by.
  const counted = await db.query<{ count: number; at: Date }>(COUNT_FAILURES, values);
  const grouped = await db.query<GroupRow>(GROUP_FAILURES, values);
  const { count = 0, at = new Date() } = counted.rows[0] ?? {};
  return {
    groups: grouped.rows.map((row) => ({
      ...row,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    })),
    total: Math.min(count, LOOKED_AT),
    isCapped: count > LOOKED_AT,
    asOf: at.toISOString(),
  };
}
