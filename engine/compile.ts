import type { NodeCatalogue, RegisteredNode } from './catalogue.ts';
import { withDefaultConfig, withDefaults } from './config-defaults.ts';
import { fieldPath } from './config-fields.ts';
import { NodeError } from './errors.ts';
import { type Graph, type GraphNode, type NodePolicy, nodePolicySchema } from './graph.ts';
import { outputPorts } from './ports.ts';
import { configRenderer, readsContact, type TemplateScope } from './templates.ts';
import { topologicalOrder } from './topology.ts';

/** One node of a plan, with all that can be worked out before any execution. */
export type PlanNode = {
  id: string;
  name: string;
  node: GraphNode;
  /** Undefined when the type is not known here (a custom node was removed): its step then fails and says so. */
  registered: RegisteredNode | undefined;
  /** A trigger answers with the event, a disabled node passes its input on; both at once and without running code. */
  kind: 'trigger' | 'step' | 'disabled';
  policy: NodePolicy;
  /** Port that a trigger fires: its first. */
  firstPort: string;
  /** Port of `onError: continue`: `out`, else `other`, else `else`; undefined when it has none of them. */
  fallbackPort: string | undefined;
  outgoing: readonly { port: string; target: number }[];
  /** In the order in which the edges stand in the document. */
  incoming: readonly { source: number; port: string }[];
  /** Whether `config` needs `contact` in its scope. */
  readsContact: boolean;
  /** See NodeDescription. */
  isPure: boolean;
  /** The config as the node sees it. @throws NodeError `template_failed`, `invalid_config` or `unknown_type` */
  config(scope: TemplateScope): unknown;
};

/** A graph compiled once per version. Nodes stand in topological order and are named by their place in it. */
export type Plan = {
  nodes: readonly PlanNode[];
  indexOf: ReadonlyMap<string, number>;
  /** Number of incoming edges of each node. */
  incomingCounts: Int32Array;
  /** Nodes without incoming edges: triggers, and steps that nothing leads to. */
  roots: readonly number[];
  /** Types that are not known here. */
  unknownTypes: readonly string[];
};

/**
 * Compiles a graph that `validateGraph` finds no errors in. Cache the plan by flow version: it holds no state of executions.
 * Edges to nodes that don't exist are left out.
 * @throws Error when the graph has a cycle
 */
export function compilePlan(graph: Graph, catalogue: NodeCatalogue): Plan {
  const order = topologicalOrder(graph);
  if (order.length < graph.nodes.length) {
    throw new Error('The graph has a cycle and can not be run. Validate it before it is compiled.');
  }
  const indexOf = new Map(order.map((id, index) => [id, index]));
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const outgoing = order.map((): { port: string; target: number }[] => []);
  const incoming = order.map((): { source: number; port: string }[] => []);
  for (const edge of graph.edges) {
    const source = indexOf.get(edge.source);
    const target = indexOf.get(edge.target);
    if (source === undefined || target === undefined) continue;
    outgoing[source]!.push({ port: edge.sourceHandle, target });
    incoming[target]!.push({ source, port: edge.sourceHandle });
  }
  const nodes = order.map((id, index) =>
    planNode(byId.get(id)!, catalogue, outgoing[index]!, incoming[index]!),
  );
  const incomingCounts = Int32Array.from(incoming, (edges) => edges.length);
  const roots = order.map((_, index) => index).filter((index) => incomingCounts[index] === 0);
  const unknownTypes = nodes.filter(({ registered }) => !registered).map(({ node }) => node.type);
  return { nodes, indexOf, incomingCounts, roots, unknownTypes };
}

function planNode(
  node: GraphNode,
  catalogue: NodeCatalogue,
  outgoing: PlanNode['outgoing'],
  incoming: PlanNode['incoming'],
): PlanNode {
  const registered = catalogue.get(node.type);
  const ports = registered
    ? outputPorts(registered.description, withDefaultConfig(node, registered.description)).map(
        (port) => port.id,
      )
    : [];
  return {
    id: node.id,
    name: node.name,
    node,
    registered,
    kind: node.disabled ? 'disabled' : registered?.description.kind === 'trigger' ? 'trigger' : 'step',
    policy: nodePolicySchema.parse(node.policy ?? {}),
    firstPort: ports[0] ?? 'out',
    fallbackPort: ['out', 'other', 'else'].find((port) => ports.includes(port)),
    outgoing,
    incoming,
    readsContact:
      registered !== undefined &&
      readsContact(withDefaults(node.config, registered.description.config), registered.description.config),
    isPure: registered?.description.isPure ?? false,
    config: configReader(node, registered),
  };
}

/** Configs without templates are parsed once, when first needed, and frozen: all executions share them. */
function configReader(
  node: GraphNode,
  registered: RegisteredNode | undefined,
): (scope: TemplateScope) => unknown {
  if (!registered) {
    return () => {
      throw new NodeError(
        'unknown_type',
        `"${node.name}" is of the type "${node.type}", which is not installed here. Install it or replace the node.`,
      );
    };
  }
  const given = withDefaults(node.config, registered.description.config);
  const render = configRenderer(given, registered.description.config);
  if (render) return (scope) => parseConfig(node, registered, render(scope));
  let fixed: { config: unknown } | undefined;
  return () => {
    fixed ??= { config: deepFreeze(parseConfig(node, registered, given)) };
    return fixed.config;
  };
}

function parseConfig(node: GraphNode, registered: RegisteredNode, config: unknown): unknown {
  const parsed = registered.description.config.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = fieldPath(issue?.path ?? []);
  throw new NodeError('invalid_config', `"${node.name}" can't use "${field}": ${issue?.message}.`, { field });
}

function deepFreeze<T>(value: T): T {
  const open: unknown[] = [value];
  for (const item of open) {
    if (typeof item !== 'object' || item === null || Object.isFrozen(item)) continue;
    const prototype = Object.getPrototypeOf(item);
    if (prototype !== Object.prototype && prototype !== null && !Array.isArray(item)) continue;
    Object.freeze(item);
    open.push(...Object.values(item));
  }
  return value;
}
