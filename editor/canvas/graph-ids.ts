import type { Graph, GraphEdge } from '../../engine/graph.ts';

/** Longest id that the graph schema takes, minus room for a `_123` suffix. */
const MAX_STEM = 58;

/**
 * A readable id that `taken` doesn't have yet: the type's own name, then `_2`, `_3`, …:
 * `instagram.reply_to_comment` → `reply_to_comment_2`.
 */
export function nodeIdFor(type: string, taken: ReadonlySet<string>): string {
  const ownName = type.slice(type.lastIndexOf('.') + 1);
  const stem = ownName.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, MAX_STEM) || 'node';
  return freeName(stem, taken, '_');
}

/** `Reply`, `Reply 2`, … : a name that no other node of the flow has. */
export function nodeNameFor(name: string, taken: ReadonlySet<string>): string {
  return freeName(name.slice(0, 110), taken, ' ');
}

/** An id for a new edge that says what it connects. */
export function edgeIdFor(edge: Omit<GraphEdge, 'id'>, taken: ReadonlySet<string>): string {
  return freeName(`${edge.source}.${edge.sourceHandle}-${edge.target}`.slice(0, 190), taken, '_');
}

export function nodeIds(graph: Graph): Set<string> {
  return new Set(graph.nodes.map((node) => node.id));
}

export function edgeIds(graph: Graph): Set<string> {
  return new Set(graph.edges.map((edge) => edge.id));
}

export function nodeNames(graph: Graph): Set<string> {
  return new Set(graph.nodes.map((node) => node.name));
}

/** `stem`, or the first of `stem<separator>2`, `stem<separator>3`, … that is free; a number at the end is counted on. */
function freeName(stem: string, taken: ReadonlySet<string>, separator: string): string {
  if (!taken.has(stem)) return stem;
  const base = stem.replace(new RegExp(`${separator}\\d+$`), '');
  for (let number = 2; ; number++) {
    const candidate = `${base}${separator}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
