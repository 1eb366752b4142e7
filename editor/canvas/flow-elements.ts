import type { Edge, Node } from '@xyflow/react';
import type { Graph, GraphEdge, GraphNode } from '../../engine/graph.ts';

export type StickyNote = NonNullable<Graph['stickies']>[number];
export type CardNode = Node<{ node: GraphNode }, 'card'>;
export type StickyNode = Node<{ sticky: StickyNote }, 'sticky'>;
export type CanvasNode = CardNode | StickyNode;
export type CanvasEdge = Edge<{ edge: GraphEdge }, 'flow'>;

/**
 * What React Flow draws for a graph document. Elements of `previous` whose part of the graph and selection didn't change
 * are returned as the same objects, so that React draws only what changed, and measured sizes are kept.
 */
export function toCanvasNodes(
  graph: Graph,
  selected: ReadonlySet<string>,
  previous: CanvasNode[],
): CanvasNode[] {
  const known = new Map(previous.map((node) => [node.id, node]));
  const cards = graph.nodes.map((node): CanvasNode => {
    const old = known.get(node.id);
    const isSelected = selected.has(node.id);
    if (old?.type === 'card' && old.data.node === node && isUnchanged(old, node.position, isSelected))
      return old;
    return {
      ...(old?.type === 'card' ? old : {}),
      id: node.id,
      type: 'card',
      position: node.position,
      data: { node },
      selected: isSelected,
      ariaLabel: node.name,
    };
  });
  const stickies = (graph.stickies ?? []).map((sticky): CanvasNode => {
    const old = known.get(sticky.id);
    const isSelected = selected.has(sticky.id);
    if (
      old?.type === 'sticky' &&
      old.data.sticky === sticky &&
      isUnchanged(old, sticky.position, isSelected)
    ) {
      return old;
    }
    return {
      ...(old?.type === 'sticky' ? old : {}),
      id: sticky.id,
      type: 'sticky',
      position: sticky.position,
      width: sticky.size.width,
      height: sticky.size.height,
      data: { sticky },
      selected: isSelected,
      zIndex: -1,
    };
  });
  return [...stickies, ...cards];
}

/** The edges of the graph for React Flow, with the same promise as `toCanvasNodes`. */
export function toCanvasEdges(
  graph: Graph,
  selected: ReadonlySet<string>,
  previous: CanvasEdge[],
  nameOf: (nodeId: string) => string,
): CanvasEdge[] {
  const known = new Map(previous.map((edge) => [edge.id, edge]));
  return graph.edges.map((edge) => {
    const old = known.get(edge.id);
    const isSelected = selected.has(edge.id);
    if (old?.data?.edge === edge && (old.selected ?? false) === isSelected) return old;
    return {
      id: edge.id,
      type: 'flow',
      source: edge.source,
      sourceHandle: edge.sourceHandle,
      target: edge.target,
      targetHandle: edge.targetHandle,
      data: { edge },
      selected: isSelected,
      ariaLabel: `${nameOf(edge.source)} (${edge.sourceHandle}) → ${nameOf(edge.target)}`,
    };
  });
}

function isUnchanged(node: CanvasNode, position: { x: number; y: number }, selected: boolean): boolean {
  return (
    (node.selected ?? false) === selected &&
    !node.dragging &&
    node.position.x === position.x &&
    node.position.y === position.y
  );
}
