import type { Graph, GraphNode } from '../../engine/graph.ts';
import { topologicalOrder } from '../../engine/topology.ts';

/** The nodes before `nodeId`, in topological order: what its templates can see. */
export function upstreamOf(graph: Graph, nodeId: string): GraphNode[] {
  const incoming = Map.groupBy(graph.edges, (edge) => edge.target);
  const found = new Set<string>();
  const open = [nodeId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const { source } of incoming.get(id) ?? []) {
      if (!found.has(source)) {
        found.add(source);
        open.push(source);
      }
    }
  }
  found.delete(nodeId);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  return topologicalOrder(graph).flatMap((id) => {
    const node = found.has(id) ? byId.get(id) : undefined;
    return node ? [node] : [];
  });
}

/** The node that Tab goes to from `nodeId` (the first or last without one); undefined past the end. */
export function nextNode(graph: Graph, nodeId: string | undefined, step: 1 | -1): string | undefined {
  const order = topologicalOrder(graph);
  if (nodeId === undefined) return step === 1 ? order[0] : order.at(-1);
  const at = order.indexOf(nodeId);
  return at === -1 ? order[0] : order[at + step];
}
