import type { Graph, GraphNode } from '../../engine/graph.ts';

/** What differs between two graphs, for a person: node names, not JSON. */
export type GraphChanges = {
  added: string[];
  changed: string[];
  removed: string[];
  /** Connections that only one of them has. */
  connections: number;
};

/** The way from `before` to `after`. Moving a node is no change. */
export function graphChanges(before: Graph, after: Graph): GraphChanges {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const connectionsBefore = new Set(before.edges.map(connectionOf));
  const connectionsAfter = new Set(after.edges.map(connectionOf));
  return {
    added: after.nodes.filter((node) => !old.has(node.id)).map((node) => node.name),
    changed: after.nodes
      .filter((node) => {
        const earlier = old.get(node.id);
        return earlier !== undefined && meaningOf(earlier) !== meaningOf(node);
      })
      .map((node) => node.name),
    removed: before.nodes.filter((node) => !now.has(node.id)).map((node) => node.name),
    connections: connectionsBefore.symmetricDifference(connectionsAfter).size,
  };
}

function connectionOf(edge: { source: string; sourceHandle: string; target: string }): string {
  return `${edge.source} ${edge.sourceHandle} ${edge.target}`;
}

/** Everything about a node that matters to the flow, as comparable text: the order of keys doesn't. */
function meaningOf({ position: _, ...node }: GraphNode): string {
  return JSON.stringify(node, (__, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)))
      : value,
  );
}
