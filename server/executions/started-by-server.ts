import type { Queryable } from '../flows/flow-store.ts';
import type { ExecutionToStore } from '../webhooks/ingest.ts';
import { jsonParameter } from './json-parameter.ts';

/** A trigger of a published flow that the server itself fires: by the clock, or by what it counts. */
export type FiredTrigger = {
  workspaceId: string;
  flowId: string;
  flowVersion: number;
  nodeId: string;
  /** As it stands in the graph, not yet checked. */
  config: unknown;
};

/** @param workspaceId null: of all */
export async function publishedTriggers(
  db: Queryable,
  type: string,
  workspaceId: string | null = null,
): Promise<FiredTrigger[]> {
  const { rows } = await db.query<FiredTrigger>(
    `select f.workspace_id as "workspaceId", f.id as "flowId", v.version as "flowVersion", n.value->>'id' as "nodeId",
       n.value->'config' as config
     from flows f join flow_versions v on v.flow_id = f.id and v.version = f.published_version
     cross join lateral jsonb_array_elements(v.graph->'nodes') n
     where f.status = 'published' and f.deleted_at is null and ($2::uuid is null or f.workspace_id = $2)
       and v.graph @> jsonb_build_object('nodes', jsonb_build_array(jsonb_build_object('type', $1::text)))
       and n.value->>'type' = $1 and not coalesce((n.value->>'disabled')::boolean, false)`,
    [type, workspaceId],
  );
  return rows;
}

/**
 * Stores an execution that no webhook started, once for its dedupe key, whatever processes try.
 * @returns whether it is new
 */
export async function storeExecution(db: Queryable, execution: ExecutionToStore): Promise<boolean> {
  const { id, workspaceId, flowId, flowVersion, triggerNodeId, event, dedupeKey } = execution;
  const { rowCount } = await db.query(
    `insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, dedupe_key)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7)
     on conflict (flow_id, dedupe_key) where dedupe_key is not null do nothing`,
    [id, workspaceId, flowId, flowVersion, triggerNodeId, jsonParameter(event), dedupeKey],
  );
  return rowCount === 1;
}
