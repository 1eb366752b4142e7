import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Graph, GraphEdge, GraphNode } from '../../engine/graph.ts';
import { outputPorts } from '../../engine/ports.ts';

type Fate = { kind: 'keep' } | { kind: 'rename'; to: string } | { kind: 'drop' };

/**
 * The edges of `graph` after one node's config changed from `before` to `after`: an edge follows its port when the label
 * behind it is renamed, and goes when the label is removed. While a label is being typed its port may be gone for a
 * moment (empty, or the same as another): its edges then stay, hidden, and return to the port that appears next.
 */
export function edgesAfterChange(
  graph: Graph,
  type: NodeTypeInfo,
  before: GraphNode,
  after: GraphNode,
): GraphEdge[] {
  const outgoing = graph.edges.filter((edge) => edge.source === before.id);
  if (outgoing.length === 0) return graph.edges;
  const fates = portFates(type, before, after, new Set(outgoing.map((edge) => edge.sourceHandle)));
  if ([...fates.values()].every((fate) => fate.kind === 'keep')) return graph.edges;
  return graph.edges.flatMap((edge) => {
    const fate = edge.source === before.id ? fates.get(edge.sourceHandle) : undefined;
    if (!fate || fate.kind === 'keep') return [edge];
    return fate.kind === 'drop' ? [] : [{ ...edge, sourceHandle: fate.to }];
  });
}

function portFates(
  type: NodeTypeInfo,
  before: GraphNode,
  after: GraphNode,
  usedHandles: ReadonlySet<string>,
): Map<string, Fate> {
  const idsBefore = new Set(outputPorts(type, before).map((port) => port.id));
  const idsAfter = new Set(outputPorts(type, after).map((port) => port.id));
  const renamed = renamedPorts(type, before, after, idsBefore, idsAfter);
  const halfTyped = type.outputs.some(
    (spec) => 'each' in spec && listed(before, spec).length === listed(after, spec).length,
  );
  const appeared = [...idsAfter].filter((id) => !idsBefore.has(id) && ![...renamed.values()].includes(id));
  const orphans = [...usedHandles].filter((id) => !idsBefore.has(id) && !idsAfter.has(id));

  const fates = new Map<string, Fate>();
  for (const handle of usedHandles) {
    const to = renamed.get(handle);
    if (to !== undefined) fates.set(handle, { kind: 'rename', to });
    else if (idsAfter.has(handle)) fates.set(handle, { kind: 'keep' });
    else if (!idsBefore.has(handle))
      fates.set(
        handle,
        orphans.length === 1 && appeared.length === 1 && appeared[0] !== undefined
          ? { kind: 'rename', to: appeared[0] }
          : { kind: 'keep' },
      );
    else fates.set(handle, halfTyped && handle !== 'error' ? { kind: 'keep' } : { kind: 'drop' });
  }
  return fates;
}

/** Old port id → new port id, for list items that changed their name in place. */
function renamedPorts(
  type: NodeTypeInfo,
  before: GraphNode,
  after: GraphNode,
  idsBefore: ReadonlySet<string>,
  idsAfter: ReadonlySet<string>,
): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const spec of type.outputs) {
    if (!('each' in spec)) continue;
    const old = listed(before, spec);
    const now = listed(after, spec);
    if (old.length !== now.length) continue;
    old.forEach((from, index) => {
      const to = now[index];
      const usable = from !== undefined && from !== '' && to !== undefined && to !== '';
      if (usable && from !== to && !idsAfter.has(from) && !idsBefore.has(to)) renamed.set(from, to);
    });
  }
  return renamed;
}

function listed(node: GraphNode, spec: { each: string; id: string }): (string | undefined)[] {
  const items = node.config[spec.each];
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const id = item !== null && typeof item === 'object' ? Reflect.get(item, spec.id) : undefined;
    return typeof id === 'string' ? id : undefined;
  });
}
