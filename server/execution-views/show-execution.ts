import type { Graph, GraphNode } from '../../engine/graph.ts';
import type { StepRecord } from '../../engine/journal.ts';
import type { StepView } from '../../engine/step-view.ts';
import { viewSteps } from '../../engine/step-view.ts';
import type { Execution, Step } from '../contract/shapes.ts';
import { liveStep } from '../executions/live-data.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { notFound } from '../http/problem.ts';
import type { SummaryRow } from './list-executions.ts';
import { SUMMARY_COLUMNS, viewSummary } from './list-executions.ts';

type ExecutionRow = SummaryRow & { triggerNodeId: string; graph: Graph | null };

const GET_EXECUTION = `
  select ${SUMMARY_COLUMNS}, e.event, e.trigger_node_id as "triggerNodeId", coalesce(e.graph, v.graph) as graph
  from flow_executions e
  join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id
  left join flow_versions v
    on v.workspace_id = e.workspace_id and v.flow_id = e.flow_id and v.version = e.flow_version
  where e.workspace_id = $1 and e.id = $2`;

const GET_STEPS = `
  select node_id as "nodeId", status, attempt, started_at as "startedAt", finished_at as "finishedAt", input, output,
    ports, error, logs, usage
  from execution_steps where workspace_id = $1 and execution_id = $2`;

const GET_EFFECTS = `
  select node_id as "nodeId", key, status, description, result
  from effects where workspace_id = $1 and execution_id = $2 order by intended_at, node_id, key`;

/** An execution with the graph it runs, its steps in topological order (skipped ones too) and its effects. */
export async function showExecution(db: Queryable, workspaceId: string, id: string): Promise<Execution> {
  // One after the other: read beside each other, steps may be older than an end, and the last one look skipped.
  const row = (await db.query<ExecutionRow>(GET_EXECUTION, [workspaceId, id])).rows[0];
  if (!row) throw notFound('execution');
  const steps = await db.query<StepRow>(GET_STEPS, [workspaceId, id]);
  const effects = await db.query<Execution['effects'][number]>(GET_EFFECTS, [workspaceId, id]);
  const graph = row.graph ?? { schemaVersion: 1, nodes: [], edges: [] };
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const views = viewSteps(graph, row.triggerNodeId, steps.rows.map(toRecord), row.status);
  return {
    ...viewSummary(row),
    event: row.event,
    graph,
    steps: views.map((view) => showStep(view, nodes.get(view.nodeId))),
    effects: effects.rows,
  };
}

type StepRow = {
  nodeId: string;
  status: StepRecord['status'];
  attempt: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  input: unknown;
  output: unknown;
  ports: string[] | null;
  error: StepRecord['error'] | null;
  logs: StepRecord['logs'] | null;
  usage: StepRecord['usage'] | null;
};

function toRecord(row: StepRow): StepRecord {
  return {
    nodeId: row.nodeId,
    status: row.status,
    attempt: row.attempt,
    input: row.input,
    output: row.output,
    ...(row.startedAt && { startedAt: row.startedAt.toISOString() }),
    ...(row.finishedAt && { finishedAt: row.finishedAt.toISOString() }),
    ...(row.ports && { ports: row.ports }),
    ...(row.error && { error: row.error }),
    ...(row.logs && { logs: row.logs }),
    ...(row.usage && { usage: row.usage }),
  };
}

function showStep(view: StepView, node: GraphNode | undefined): Step {
  const record = view.record ?? { nodeId: view.nodeId, status: 'pending', attempt: 0 };
  return {
    ...liveStep(record),
    status: view.status,
    name: node?.name ?? view.nodeId,
    type: node?.type ?? 'unknown',
  };
}
