/** The part of a graph that topology needs. */
export type Links = {
  nodes: readonly { id: string }[];
  edges: readonly { source: string; target: string }[];
};

/** Edges between known nodes as adjacency in compressed rows, indexed by place in `nodes`. */
type Adjacency = { from: Int32Array; to: Int32Array; incoming: Int32Array };

/**
 * Node ids in topological order, ties by document order. Nodes on or behind a cycle are left out; edges to unknown nodes
 * are ignored.
 */
export function topologicalOrder(links: Links): string[] {
  const { from, to, incoming } = adjacencyOf(links);
  const waiting = Int32Array.from(incoming);
  const ready = new IndexHeap();
  waiting.forEach((count, index) => {
    if (count === 0) ready.push(index);
  });
  const order: string[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    order.push(links.nodes[index]!.id);
    for (let at = from[index]!; at < from[index + 1]!; at++) {
      const target = to[at]!;
      waiting[target]!--;
      if (waiting[target] === 0) ready.push(target);
    }
  }
  return order;
}

/**
 * One cycle for each knot of nodes that reach each other, as node ids in the order of its edges, starting with the node
 * that stands first in the document.
 */
export function findCycles(links: Links): string[][] {
  const adjacency = adjacencyOf(links);
  return knotsOf(adjacency, links.nodes.length).map((knot) =>
    cycleThrough(knot, adjacency).map((index) => links.nodes[index]!.id),
  );
}

/** Whether an edge from `source` to `target` would close a cycle. For the editor while an edge is being drawn. */
export function wouldCreateCycle(
  edges: readonly { source: string; target: string }[],
  source: string,
  target: string,
): boolean {
  const targetsOf = Map.groupBy(edges, (edge) => edge.source);
  const seen = new Set([target]);
  for (const id of seen) {
    if (id === source) return true;
    for (const edge of targetsOf.get(id) ?? []) seen.add(edge.target);
  }
  return false;
}

/** Which nodes come before a node. Searched anew when another target is asked about, so ask target by target. */
export class Upstream {
  readonly #indexOf: Map<string, number>;
  readonly #against: Adjacency;
  readonly #foundFor: Int32Array;
  #target = -1;

  constructor({ nodes, edges }: Links) {
    this.#indexOf = new Map(nodes.map((node, index) => [node.id, index]));
    const reversed = edges.map(({ source, target }) => ({ source: target, target: source }));
    this.#against = adjacencyOf({ nodes, edges: reversed });
    this.#foundFor = new Int32Array(nodes.length).fill(-1);
  }

  /** Whether a path of one or more edges leads from `source` to `target`. */
  leadsTo(source: string, target: string): boolean {
    const from = this.#indexOf.get(source);
    const to = this.#indexOf.get(target);
    if (from === undefined || to === undefined) return false;
    if (this.#target !== to) this.#search(to);
    return this.#foundFor[from] === to;
  }

  #search(target: number): void {
    this.#target = target;
    const { from, to } = this.#against;
    const open = [target];
    for (const node of open) {
      for (let at = from[node]!; at < from[node + 1]!; at++) {
        const source = to[at]!;
        if (this.#foundFor[source] === target) continue;
        this.#foundFor[source] = target;
        open.push(source);
      }
    }
  }
}

/** A heap of node places, lowest first: what is ready leaves in document (or topological) order. */
export class IndexHeap {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(value: number): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= value) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const items = this.#items;
    const lowest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return lowest;
  }
}

function adjacencyOf({ nodes, edges }: Links): Adjacency {
  const indexOf = new Map(nodes.map((node, index) => [node.id, index]));
  const from = new Int32Array(nodes.length + 1);
  const incoming = new Int32Array(nodes.length);
  const known: [number, number][] = [];
  for (const edge of edges) {
    const source = indexOf.get(edge.source);
    const target = indexOf.get(edge.target);
    if (source === undefined || target === undefined) continue;
    known.push([source, target]);
    from[source + 1]!++;
    incoming[target]!++;
  }
  for (let index = 0; index < nodes.length; index++) from[index + 1]! += from[index]!;
  const next = from.slice();
  const to = new Int32Array(known.length);
  for (const [source, target] of known) to[next[source]!++] = target;
  return { from, to, incoming };
}

/** Tarjan's strongly connected components with a stack of its own; only those that hold a cycle, in document order. */
function knotsOf({ from, to }: Adjacency, size: number): number[][] {
  const number = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const nextEdge = from.slice();
  const stack: number[] = [];
  const knots: number[][] = [];
  let counter = 0;

  for (let root = 0; root < size; root++) {
    if (number[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (number[node] === -1) {
        number[node] = low[node] = counter++;
        stack.push(node);
        onStack[node] = 1;
      }
      if (nextEdge[node]! < from[node + 1]!) {
        const target = to[nextEdge[node]!++]!;
        if (number[target] === -1) path.push(target);
        else if (onStack[target]) low[node] = Math.min(low[node]!, number[target]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== number[node]) continue;
      const knot: number[] = [];
      let member: number;
      do {
        member = stack.pop()!;
        onStack[member] = 0;
        knot.push(member);
      } while (member !== node);
      if (knot.length > 1 || hasEdgeToItself(node, from, to)) knots.push(knot.sort((a, b) => a - b));
    }
  }
  return knots.sort((a, b) => a[0]! - b[0]!);
}

function hasEdgeToItself(node: number, from: Int32Array, to: Int32Array): boolean {
  return to.subarray(from[node]!, from[node + 1]!).includes(node);
}

/** The shortest cycle through the first node of a knot, by breadth-first search inside the knot. */
function cycleThrough(knot: number[], { from, to }: Adjacency): number[] {
  const start = knot[0]!;
  const members = new Set(knot);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (let at = from[node]!; at < from[node + 1]!; at++) {
      const target = to[at]!;
      if (target === start) return pathBack(node, start, cameFrom);
      if (!members.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
  return knot;
}

function pathBack(end: number, start: number, cameFrom: Map<number, number>): number[] {
  const path = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node)!;
    path.push(node);
  }
  return path.reverse();
}
