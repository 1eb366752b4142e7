import type pg from 'pg';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { CallableFlow } from '../../engine/services.ts';
import { callConfigSchema } from '../../nodes/trigger/call.ts';

/** The published version of a flow that may be called, and the trigger that a call starts. */
export type FoundFlow = CallableFlow & { flowId: string; version: number; triggerNodeId: string };

type Row = { name: string; version: number | null; nodeId: string | null; config: unknown };

/**
 * Finds a flow of the workspace by its id. Of several triggers the first in the document counts, as everywhere.
 * @throws NodeError `flow_not_found` (also for another workspace's), `flow_not_published`, `flow_not_callable`
 */
export async function findCallableFlow(pool: pg.Pool, workspaceId: string, flow: string): Promise<FoundFlow> {
  const flowId = z.uuid().safeParse(flow.toLowerCase()).data;
  const { rows } = await pool.query<Row>({
    name: 'find-callable-flow',
    text: `select f.name, v.version, n.value->>'id' as "nodeId", n.value->'config' as config
      from flows f
      left join flow_versions v on v.flow_id = f.id and v.version = f.published_version and f.status = 'published'
      left join lateral (
        select value from jsonb_array_elements(v.graph->'nodes') with ordinality as node(value, place)
        where value->>'type' = 'trigger.call' and not coalesce((value->>'disabled')::boolean, false)
        order by place limit 1) n on true
      where f.id = $1 and f.workspace_id = $2 and f.deleted_at is null`,
    values: [flowId ?? null, workspaceId],
  });
  const [row] = rows;
  if (!flowId || !row) {
    throw refused(
      'flow_not_found',
      `This workspace has no flow with the id "${flow.slice(0, 64)}". Choose it anew in the list.`,
    );
  }
  const { name, version, nodeId } = row;
  if (version === null) {
    throw refused(
      'flow_not_published',
      `The flow "${name}" is not published. Publish it, then it can be called.`,
    );
  }
  const config = callConfigSchema.safeParse(row.config ?? {});
  if (nodeId === null || !config.success) {
    throw refused(
      'flow_not_callable',
      `The flow "${name}" can't be called: its published version does not begin with "Called by a flow". Add that trigger and publish it.`,
    );
  }
  return { ...config.data, flowId, version, triggerNodeId: nodeId };
}

const refused = (code: string, message: string) => new NodeError(code, message, { field: 'flow' });
