import { Graph as LayoutGraph, layout } from '@dagrejs/dagre';
import type { Graph, GraphEdge, GraphNode } from '../../engine/graph.ts';
import type { NodeTypes, Position } from './graph-edit.ts';
import { CARD_SIZE, GRID, outputsOf } from './graph-edit.ts';

export type Sizes = ReadonlyMap<string, { width: number; height: number }>;

/**
 * New positions that read from left to right without crossings where that is possible: of the whole graph, or of the
 * nodes in `only`, which then stay where their top left corner was. Nodes that aren't in the answer don't move.
 */
export function tidyLayout(
  graph: Graph,
  sizes: Sizes,
  types: NodeTypes,
  only?: ReadonlySet<string>,
): Map<string, Position> {
  const edges = inPortOrder(graph, types);
  const nodes = inReadingOrder(graph.nodes, edges).filter((node) => !only || only.has(node.id));
  if (nodes.length === 0) return new Map();
  const inside = new Set(nodes.map((node) => node.id));

  const plan = new LayoutGraph();
  plan.setGraph({ rankdir: 'LR', nodesep: 40, ranksep: 88 });
  plan.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) plan.setNode(node.id, { ...(sizes.get(node.id) ?? CARD_SIZE) });
  for (const edge of edges) {
    if (inside.has(edge.source) && inside.has(edge.target)) plan.setEdge(edge.source, edge.target);
  }
  layout(plan, { constraints: siblingsInOrder(edges, inside) });

  const planned = new Map(
    nodes.map((node) => {
      const { x = 0, y = 0, width, height } = plan.node(node.id);
      return [node.id, { x: x - width / 2, y: y - height / 2 }] as const;
    }),
  );
  const from = topLeft([...planned.values()]);
  const to = topLeft(nodes.map((node) => node.position));
  return new Map(
    [...planned].map(([id, { x, y }]) => [
      id,
      { x: snapped(x - from.x + to.x), y: snapped(y - from.y + to.y) },
    ]),
  );
}

/** Edges as their ports stand on the cards: where nothing crosses anyway, the upper port leads to the upper branch. */
function inPortOrder(graph: Graph, types: NodeTypes): GraphEdge[] {
  const bySource = Map.groupBy(graph.edges, (edge) => edge.source);
  return graph.nodes.flatMap((node) => {
    const ports = outputsOf(node, types).map((port) => port.id);
    return (bySource.get(node.id) ?? []).sort(
      (a, b) => ports.indexOf(a.sourceHandle) - ports.indexOf(b.sourceHandle),
    );
  });
}

/** Branches of one node, from its upper port to its lower: those that lead nowhere else and so can be put in any order. */
function siblingsInOrder(edges: GraphEdge[], inside: ReadonlySet<string>): { left: string; right: string }[] {
  const incoming = Map.groupBy(edges, (edge) => edge.target);
  return [...Map.groupBy(edges, (edge) => edge.source).values()].flatMap((outgoing) => {
    const branches = outgoing
      .map((edge) => edge.target)
      .filter((target) => inside.has(target) && incoming.get(target)?.length === 1);
    return branches.slice(1).map((right, index) => ({ left: branches[index] ?? right, right }));
  });
}

/** Depth first along the edges: the order that the layout starts from. */
function inReadingOrder(nodes: GraphNode[], edges: GraphEdge[]): GraphNode[] {
  const targets = Map.groupBy(edges, (edge) => edge.source);
  const hasInput = new Set(edges.map((edge) => edge.target));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const order = new Map<string, GraphNode>();
  // A stack: nodes without inputs come first, the rest is only there for what a broken graph doesn't reach.
  const open = [
    ...nodes.filter((node) => !hasInput.has(node.id)),
    ...nodes.filter((node) => hasInput.has(node.id)),
  ]
    .map((node) => node.id)
    .reverse();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = byId.get(id);
    if (!node || order.has(id)) continue;
    order.set(id, node);
    open.push(...(targets.get(id) ?? []).map((edge) => edge.target).reverse());
  }
  return [...order.values()];
}

function topLeft(positions: Position[]): Position {
  return {
    x: positions.reduce((least, position) => Math.min(least, position.x), Number.POSITIVE_INFINITY),
    y: positions.reduce((least, position) => Math.min(least, position.y), Number.POSITIVE_INFINITY),
  };
}

function snapped(value: number): number {
  return Math.round(value / GRID) * GRID;
}
