import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Graph, GraphEdge, GraphNode, NodePolicy } from '../../engine/graph.ts';
import { GRAPH_LIMITS } from '../../engine/graph.ts';
import type { Port } from '../../engine/ports.ts';
import { inputPorts, outputPorts } from '../../engine/ports.ts';
import { wouldCreateCycle } from '../../engine/topology.ts';
import { defaultConfig } from '../inspector/schema.ts';
import { edgeIdFor, edgeIds, nodeIdFor, nodeIds, nodeNameFor, nodeNames } from './graph-ids.ts';
import { edgesAfterChange } from './port-changes.ts';
import { remapStepReferences } from './template-references.ts';

/**
 * Every change a person makes to a flow, as a pure function from graph to graph. Nothing here knows React; the store
 * applies these and undo keeps the graphs between them.
 */

export type NodeTypes = ReadonlyMap<string, NodeTypeInfo>;
export type Position = { x: number; y: number };
export type Ends = { source: string; sourceHandle: string; target: string; targetHandle: string };

/** Why two ports can't be connected; the editor has a sentence for each. */
export type Refusal =
  | 'same_node'
  | 'unknown_node'
  | 'unknown_port'
  | 'trigger_has_no_input'
  | 'already_connected'
  | 'cycle'
  | 'full';

/** Size of a node card with one output, for placing new nodes before they are measured. */
export const CARD_SIZE = { width: 248, height: 92 } as const;
const GAP = { x: 72, y: 40 } as const;
export const GRID = 8;

export function emptyGraph(): Graph {
  return { schemaVersion: 1, nodes: [], edges: [] };
}

export function findNode(graph: Graph, id: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === id);
}

/** The output ports of a node as its config stands; none when its type isn't known. */
export function outputsOf(node: GraphNode, types: NodeTypes): Port[] {
  const type = types.get(node.type);
  return type ? outputPorts(type, node) : [];
}

/** A fresh node of `type` with the defaults of its schema and an id and name that are free in `graph`. */
export function newNode(graph: Graph, type: NodeTypeInfo, position: Position): GraphNode {
  return {
    id: nodeIdFor(type.type, nodeIds(graph)),
    type: type.type,
    name: nodeNameFor(type.name, nodeNames(graph)),
    position: onGrid(position),
    config: defaultConfig(type.configSchema),
  };
}

/** Adds a node; `from` connects an output of another node to it, when that is allowed. */
export function addNode(
  graph: Graph,
  type: NodeTypeInfo,
  position: Position,
  types: NodeTypes,
  from?: { source: string; sourceHandle: string },
): { graph: Graph; nodeId: string } {
  const node = newNode(graph, type, position);
  const added = { ...graph, nodes: [...graph.nodes, node] };
  if (!from) return { graph: added, nodeId: node.id };
  const connected = connect(added, { ...from, target: node.id, targetHandle: 'in' }, types);
  return { graph: connected.ok ? connected.graph : added, nodeId: node.id };
}

/**
 * Puts a new node into the middle of an edge: its first output goes on to where the edge went. What stands in the way
 * to the right is moved along. The edge stays as it is when the type can't stand inside a flow (a trigger).
 */
export function insertOnEdge(
  graph: Graph,
  edgeId: string,
  type: NodeTypeInfo,
  types: NodeTypes,
): { graph: Graph; nodeId: string } | null {
  const edge = graph.edges.find((candidate) => candidate.id === edgeId);
  const source = edge && findNode(graph, edge.source);
  const target = edge && findNode(graph, edge.target);
  if (!edge || !source || !target || inputPorts(type).length === 0) return null;

  const between = {
    x: source.position.x + CARD_SIZE.width + GAP.x,
    y: (source.position.y + target.position.y) / 2,
  };
  const missing = between.x + CARD_SIZE.width + GAP.x - target.position.x;
  const roomy = missing > 0 ? pushRight(graph, target.id, missing) : graph;
  const node = newNode(roomy, type, between);
  return {
    graph: splitEdge({ ...roomy, nodes: [...roomy.nodes, node] }, edge, node, types),
    nodeId: node.id,
  };
}

/** Puts a node that is on the canvas already, and not connected yet, into the middle of an edge; null when it can't. */
export function dropOnEdge(graph: Graph, edgeId: string, nodeId: string, types: NodeTypes): Graph | null {
  const edge = graph.edges.find((candidate) => candidate.id === edgeId);
  const node = findNode(graph, nodeId);
  const type = node && types.get(node.type);
  if (!edge || !node || !type || inputPorts(type).length === 0) return null;
  const isConnected = graph.edges.some((other) => other.source === nodeId || other.target === nodeId);
  if (isConnected) return null;
  return splitEdge(graph, edge, node, types);
}

/** Connects two ports, or says why not. */
export function connect(
  graph: Graph,
  ends: Ends,
  types: NodeTypes,
): { ok: true; graph: Graph; edgeId: string } | { ok: false; reason: Refusal } {
  const reason = connectRefusal(graph, ends, types);
  if (reason) return { ok: false, reason };
  const edge = { ...ends, id: edgeIdFor(ends, edgeIds(graph)) };
  return { ok: true, graph: { ...graph, edges: [...graph.edges, edge] }, edgeId: edge.id };
}

/** Why `ends` can't be connected; null when they can. Fast enough to be asked on every move of the pointer. */
export function connectRefusal(graph: Graph, ends: Ends, types: NodeTypes): Refusal | null {
  if (ends.source === ends.target) return 'same_node';
  const source = findNode(graph, ends.source);
  const target = findNode(graph, ends.target);
  if (!source || !target) return 'unknown_node';
  const targetType = types.get(target.type);
  if (targetType?.kind === 'trigger') return 'trigger_has_no_input';
  const hasOutput = outputsOf(source, types).some((port) => port.id === ends.sourceHandle);
  const hasInput = targetType && inputPorts(targetType).some((port) => port.id === ends.targetHandle);
  if (!hasOutput || !hasInput) return 'unknown_port';
  if (graph.edges.some((edge) => sameEnds(edge, ends))) return 'already_connected';
  if (graph.edges.length >= GRAPH_LIMITS.edges) return 'full';
  return wouldCreateCycle(graph.edges, ends.source, ends.target) ? 'cycle' : null;
}

/** Removes nodes with their edges, edges, and stickies. */
export function removeElements(graph: Graph, ids: ReadonlySet<string>): Graph {
  return withStickies(
    {
      ...graph,
      nodes: graph.nodes.filter((node) => !ids.has(node.id)),
      edges: graph.edges.filter(
        (edge) => !ids.has(edge.id) && !ids.has(edge.source) && !ids.has(edge.target),
      ),
    },
    (graph.stickies ?? []).filter((sticky) => !ids.has(sticky.id)),
  );
}

/** The chosen nodes and stickies with the edges between them: what is copied. */
export function pick(graph: Graph, ids: ReadonlySet<string>): Graph {
  return withStickies(
    {
      schemaVersion: 1,
      nodes: graph.nodes.filter((node) => ids.has(node.id)),
      edges: graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    },
    (graph.stickies ?? []).filter((sticky) => ids.has(sticky.id)),
  );
}

/**
 * Adds a copied piece under new ids and names: edges inside it are kept, and templates that refer to a copied node refer
 * to its copy. `offset` moves it. Answers the new ids, for selecting them.
 */
export function paste(
  graph: Graph,
  piece: Graph,
  offset: Position,
): { graph: Graph; ids: string[] } | { graph: null; reason: 'full' } {
  if (graph.nodes.length + piece.nodes.length > GRAPH_LIMITS.nodes) return { graph: null, reason: 'full' };
  const takenIds = nodeIds(graph);
  for (const sticky of graph.stickies ?? []) takenIds.add(sticky.id);
  const takenNames = nodeNames(graph);
  const newIds = new Map<string, string>();
  for (const node of piece.nodes) {
    const id = nodeIdFor(node.id, takenIds);
    takenIds.add(id);
    newIds.set(node.id, id);
  }
  const nodes = piece.nodes.map((node): GraphNode => {
    const name = nodeNameFor(node.name, takenNames);
    takenNames.add(name);
    return {
      ...node,
      id: newIds.get(node.id) ?? node.id,
      name,
      position: moved(node.position, offset),
      config: remapConfig(node.config, newIds),
    };
  });
  const takenEdges = edgeIds(graph);
  const edges = piece.edges.map((edge): GraphEdge => {
    const ends = {
      ...edge,
      source: newIds.get(edge.source) ?? edge.source,
      target: newIds.get(edge.target) ?? edge.target,
    };
    const id = edgeIdFor(ends, takenEdges);
    takenEdges.add(id);
    return { ...ends, id };
  });
  const stickies = (piece.stickies ?? []).map((sticky) => {
    const id = nodeIdFor('note', takenIds);
    takenIds.add(id);
    return { ...sticky, id, position: moved(sticky.position, offset) };
  });
  return {
    graph: withStickies({ ...graph, nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] }, [
      ...(graph.stickies ?? []),
      ...stickies,
    ]),
    ids: [...nodes.map((node) => node.id), ...stickies.map((sticky) => sticky.id)],
  };
}

/** Copies the chosen elements beside themselves. */
export function duplicate(graph: Graph, ids: ReadonlySet<string>): { graph: Graph; ids: string[] } | null {
  const pasted = paste(graph, pick(graph, ids), { x: GRID * 4, y: GRID * 6 });
  return pasted.graph ? pasted : null;
}

export type NodeChange = {
  name?: string;
  config?: Record<string, unknown>;
  policy?: Partial<NodePolicy>;
  notes?: string;
  disabled?: boolean;
};

/** Changes a node's settings; edges follow its ports. */
export function changeNode(graph: Graph, id: string, change: NodeChange, types: NodeTypes): Graph {
  const before = findNode(graph, id);
  if (!before) return graph;
  const after: GraphNode = { ...before, ...change };
  if (!after.notes) delete after.notes;
  if (!after.disabled) delete after.disabled;
  if (after.policy && Object.keys(after.policy).length === 0) delete after.policy;
  const type = types.get(before.type);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === id ? after : node)),
    edges: type ? edgesAfterChange(graph, type, before, after) : graph.edges,
  };
}

/** Enables the nodes when all of them are disabled, else disables them. */
export function toggleDisabled(graph: Graph, ids: ReadonlySet<string>): Graph {
  const chosen = graph.nodes.filter((node) => ids.has(node.id));
  const disabled = chosen.some((node) => !node.disabled);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (!ids.has(node.id)) return node;
      const { disabled: _, ...rest } = node;
      return disabled ? { ...rest, disabled } : rest;
    }),
  };
}

/** New positions of nodes and stickies, by id; the same graph when nothing moved. */
export function moveElements(graph: Graph, positions: ReadonlyMap<string, Position>): Graph {
  let changed = false;
  const move = <T extends { id: string; position: Position }>(element: T): T => {
    const position = positions.get(element.id);
    if (!position || (position.x === element.position.x && position.y === element.position.y)) return element;
    changed = true;
    return { ...element, position: { x: Math.round(position.x), y: Math.round(position.y) } };
  };
  const next = withStickies({ ...graph, nodes: graph.nodes.map(move) }, (graph.stickies ?? []).map(move));
  return changed ? next : graph;
}

/** Moves the chosen elements by a vector: what the arrow keys do. */
export function nudge(graph: Graph, ids: ReadonlySet<string>, by: Position): Graph {
  const positions = new Map(
    [...graph.nodes, ...(graph.stickies ?? [])]
      .filter((element) => ids.has(element.id))
      .map((element) => [element.id, moved(element.position, by)] as const),
  );
  return moveElements(graph, positions);
}

export function addSticky(graph: Graph, position: Position, text: string): { graph: Graph; id: string } {
  const taken = nodeIds(graph);
  for (const sticky of graph.stickies ?? []) taken.add(sticky.id);
  const id = nodeIdFor('note', taken);
  const sticky = { id, text, position: onGrid(position), size: { width: 240, height: 144 } };
  return { graph: withStickies(graph, [...(graph.stickies ?? []), sticky]), id };
}

export function changeSticky(
  graph: Graph,
  id: string,
  change: { text?: string; size?: { width: number; height: number } },
): Graph {
  return withStickies(
    graph,
    (graph.stickies ?? []).map((sticky) => (sticky.id === id ? { ...sticky, ...change } : sticky)),
  );
}

/** Where a node goes that was added without a place: right of `after`, below what is there already. */
export function placeAfter(graph: Graph, after: GraphNode): Position {
  const place = { x: after.position.x + CARD_SIZE.width + GAP.x, y: after.position.y };
  while (graph.nodes.some((node) => overlaps(node.position, place))) place.y += CARD_SIZE.height + GAP.y;
  return place;
}

/** The nearest free place at or below `place`. */
export function freePlace(graph: Graph, place: Position): Position {
  const free = { ...place };
  while (graph.nodes.some((node) => overlaps(node.position, free))) free.y += CARD_SIZE.height + GAP.y;
  return free;
}

function splitEdge(graph: Graph, edge: GraphEdge, node: GraphNode, types: NodeTypes): Graph {
  const without = { ...graph, edges: graph.edges.filter((other) => other.id !== edge.id) };
  const intoNode = connect(
    without,
    { source: edge.source, sourceHandle: edge.sourceHandle, target: node.id, targetHandle: 'in' },
    types,
  );
  const halfway = intoNode.ok ? intoNode.graph : without;
  const output = outputsOf(node, types)[0];
  if (!output) return halfway;
  const outOfNode = connect(
    halfway,
    { source: node.id, sourceHandle: output.id, target: edge.target, targetHandle: edge.targetHandle },
    types,
  );
  return outOfNode.ok ? outOfNode.graph : halfway;
}

function pushRight(graph: Graph, nodeId: string, by: number): Graph {
  const downstream = reachable(graph.edges, nodeId);
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      downstream.has(node.id) ? { ...node, position: onGrid(moved(node.position, { x: by, y: 0 })) } : node,
    ),
  };
}

/** Everything downstream of `from`, itself included. */
function reachable(edges: GraphEdge[], from: string): Set<string> {
  const targets = Map.groupBy(edges, (edge) => edge.source);
  const found = new Set([from]);
  for (const id of found) for (const edge of targets.get(id) ?? []) found.add(edge.target);
  return found;
}

function sameEnds(a: Ends, b: Ends): boolean {
  return (
    a.source === b.source &&
    a.sourceHandle === b.sourceHandle &&
    a.target === b.target &&
    a.targetHandle === b.targetHandle
  );
}

function overlaps(a: Position, b: Position): boolean {
  return Math.abs(a.x - b.x) < CARD_SIZE.width && Math.abs(a.y - b.y) < CARD_SIZE.height;
}

function moved(position: Position, by: Position): Position {
  return { x: position.x + by.x, y: position.y + by.y };
}

function onGrid({ x, y }: Position): Position {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}

function remapConfig(
  config: Record<string, unknown>,
  newIds: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, remapStepReferences(value, newIds)]),
  );
}

function withStickies(graph: Graph, stickies: NonNullable<Graph['stickies']>): Graph {
  const { stickies: _, ...rest } = graph;
  return stickies.length > 0 ? { ...rest, stickies } : rest;
}
