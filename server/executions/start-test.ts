import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import { triggerEventSchema } from '../../engine/event.ts';
import type { Graph, GraphNode } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';
import { newId } from '../database/id.ts';
import { refuseGraphErrors } from '../flows/refuse-graph-errors.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import { jsonParameter } from './json-parameter.ts';
import { eventKindOf, sampleEvent } from './sample-event.ts';

export type TestRequest = {
  workspaceId: string;
  flowId: string;
  event?: Partial<TriggerEvent>;
  triggerNodeId?: string;
  dryRun: boolean;
};

/**
 * Stores a test run of the draft as it stands now; it keeps the graph it started with. Test runs don't wait for other
 * executions of the same contact.
 * @throws HttpProblem 404; 422 when the graph has errors or no such trigger
 */
export async function storeTestRun(
  pool: pg.Pool,
  catalogue: NodeCatalogue,
  request: TestRequest,
): Promise<{ executionId: string; event: TriggerEvent }> {
  const { workspaceId, flowId, dryRun } = request;
  const graph = await loadDraft(pool, workspaceId, flowId);
  refuseGraphErrors(graph, catalogue);
  const trigger = chooseTrigger(graph, catalogue, request);
  const executionId = newId();
  const event = triggerEventSchema.parse(
    sampleEvent(request.event?.kind ?? eventKindOf(trigger.type), {
      ...(await sampleAccount(pool, workspaceId)),
      id: executionId,
      at: new Date(),
      ...(request.event && { given: request.event }),
    }),
  );
  await pool.query(
    `insert into flow_executions (id, workspace_id, flow_id, graph, trigger_node_id, mode, dry_run, event)
     values ($1, $2, $3, $4::jsonb, $5, 'test', $6, $7::jsonb)`,
    [executionId, workspaceId, flowId, jsonParameter(graph), trigger.id, dryRun, jsonParameter(event)],
  );
  return { executionId, event };
}

async function loadDraft(pool: pg.Pool, workspaceId: string, flowId: string): Promise<Graph> {
  const { rows } = await pool.query<{ graph: unknown }>(
    'select graph from flows where id = $1 and workspace_id = $2 and deleted_at is null',
    [flowId, workspaceId],
  );
  if (!rows[0]) throw notFound('flow');
  return graphSchema.parse(rows[0].graph);
}

function chooseTrigger(graph: Graph, catalogue: NodeCatalogue, request: TestRequest): GraphNode {
  const triggers = graph.nodes.filter(
    (node) => !node.disabled && catalogue.get(node.type)?.description.kind === 'trigger',
  );
  const wanted = request.event?.kind;
  const trigger =
    request.triggerNodeId !== undefined
      ? triggers.find(({ id }) => id === request.triggerNodeId)
      : (triggers.find(({ type }) => wanted && eventKindOf(type) === wanted) ?? triggers[0]);
  if (trigger) return trigger;
  throw new HttpProblem(
    422,
    'no-such-trigger',
    'No such trigger',
    'The flow has no such trigger to start from.',
  );
}

/** The sandbox account where there is one, else the oldest. */
async function sampleAccount(pool: pg.Pool, workspaceId: string) {
  const { rows } = await pool.query<{ id: string; external_id: string; username: string }>(
    `select id, external_id, username from accounts where workspace_id = $1
     order by is_sandbox desc, created_at limit 1`,
    [workspaceId],
  );
  const row = rows[0];
  return row ? { account: { rowId: row.id, id: row.external_id, username: row.username } } : {};
}
