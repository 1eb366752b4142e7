import type { Graph } from './graph.ts';
import type { ExecutionStatus, StepRecord, StepStatus } from './journal.ts';
import { topologicalOrder } from './topology.ts';

/** One step as the execution page shows it. `record` is missing for steps that were never journalled. */
export type StepView = { nodeId: string; status: StepStatus; record: StepRecord | undefined };

/**
 * Every node's standing in one execution, in topological order, skipped ones included. Needs no catalogue: an old version
 * may have types that are gone. Nothing but results is journalled, so in an execution that still goes on a node without a
 * record is `skipped` once no live edge can reach it any more, `running` when its turn has come, else `pending`; in one that
 * ended it is `skipped`.
 */
export function viewSteps(
  graph: Graph,
  triggerNodeId: string,
  steps: StepRecord[],
  executionStatus: ExecutionStatus,
): StepView[] {
  const records = new Map(steps.map((step) => [step.nodeId, step]));
  const incoming = Map.groupBy(graph.edges, (edge) => edge.target);
  const nodes = new Set(graph.nodes.map((node) => node.id));
  const views = new Map<string, StepView>();
  const hasEnded = !['queued', 'running', 'waiting'].includes(executionStatus);
  const order = topologicalOrder(graph);

  for (const nodeId of order) {
    const record = records.get(nodeId);
    if (record) {
      views.set(nodeId, { nodeId, status: record.status, record });
      continue;
    }
    const edges = (incoming.get(nodeId) ?? []).filter((edge) => nodes.has(edge.source));
    const states = edges.map((edge) => edgeState(views.get(edge.source), edge.sourceHandle));
    const isOpen = nodeId === triggerNodeId || states.includes('open');
    const isLive = nodeId === triggerNodeId || states.includes('live');
    const isSkipped = hasEnded || !(isOpen || isLive);
    const isTurn = executionStatus === 'running' && isLive && !states.includes('open');
    views.set(nodeId, {
      nodeId,
      status: isSkipped ? 'skipped' : isTurn ? 'running' : 'pending',
      record: undefined,
    });
  }
  return order.map((nodeId) => views.get(nodeId)!);
}

function edgeState(source: StepView | undefined, port: string): 'live' | 'dead' | 'open' {
  if (!source || source.status === 'skipped') return 'dead';
  const { record } = source;
  if (record?.status === 'failed' && !record.ports) return 'dead';
  if (record?.status !== 'succeeded' && record?.status !== 'failed') return 'open';
  return record.ports?.includes(port) ? 'live' : 'dead';
}
