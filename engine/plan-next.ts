import type { Plan } from './compile.ts';

/**
 * How far an execution has come, folded from the settled steps: what may run next is a function of the plan and of this
 * alone. An edge is live when its port fired, dead when not. A node is ready once all its incoming edges are settled and at
 * least one is live, and skipped once all are dead; its own edges are dead then. Over a whole run each edge is looked at
 * once.
 */
export type PlanState = {
  /** Incoming edges of each node that are not settled yet. */
  openEdges: Int32Array;
  hasLiveEdge: Uint8Array;
  standing: Uint8Array;
};

/** Values of `PlanState.standing`. */
export const STANDING = { undecided: 0, ready: 1, settled: 2, skipped: 3 } as const;

/** Places of nodes that a settled step made ready, and that it put out of reach. */
export type PlanChange = { ready: number[]; skipped: number[] };

/**
 * The state of an execution at its start, or with the steps that the journal has as settled: `settled` gives the ports that
 * each fired. `ready` are the nodes to run now, `skipped` all that are out of reach so far; both in topological order.
 * @throws Error when the plan has no such trigger
 */
export function beginPlan(
  plan: Plan,
  triggerNodeId: string,
  settled: ReadonlyMap<number, readonly string[]> = new Map(),
): PlanChange & { state: PlanState } {
  const trigger = plan.indexOf.get(triggerNodeId);
  if (trigger === undefined) throw new Error(`The flow has no trigger "${triggerNodeId}".`);
  const state: PlanState = {
    openEdges: plan.incomingCounts.slice(),
    hasLiveEdge: new Uint8Array(plan.nodes.length),
    standing: new Uint8Array(plan.nodes.length),
  };
  const change: PlanChange = { ready: [], skipped: [] };
  const open = [trigger];
  state.standing[trigger] = STANDING.ready;
  for (const root of plan.roots) {
    if (root === trigger) continue;
    state.standing[root] = STANDING.skipped;
    change.skipped.push(root);
    for (const skipped of spread(plan, state, root, NO_PORTS).skipped) change.skipped.push(skipped);
  }
  for (const index of open) {
    const ports = settled.get(index);
    if (!ports) {
      change.ready.push(index);
      continue;
    }
    const next = settleNode(plan, state, index, ports);
    for (const ready of next.ready) open.push(ready);
    for (const skipped of next.skipped) change.skipped.push(skipped);
  }
  change.ready.sort(ascending);
  change.skipped.sort(ascending);
  return { state, ...change };
}

/** Tells the state that a ready node is settled with these ports. Changes the state; each node settles once. */
export function settleNode(
  plan: Plan,
  state: PlanState,
  index: number,
  ports: readonly string[],
): PlanChange {
  if (state.standing[index] !== STANDING.ready) {
    throw new Error(`"${plan.nodes[index]?.id}" was settled without being ready.`);
  }
  state.standing[index] = STANDING.settled;
  return spread(plan, state, index, ports);
}

const NO_PORTS: readonly string[] = [];

/** Settles the edges of a node, and of all that is skipped by it; a list instead of recursion, for chains of thousands. */
function spread(plan: Plan, state: PlanState, first: number, ports: readonly string[]): PlanChange {
  const ready: number[] = [];
  const skipped: number[] = [];
  for (let at = -1; at < skipped.length; at++) {
    const isFirst = at === -1;
    const fired = isFirst ? ports : NO_PORTS;
    for (const { port, target } of plan.nodes[isFirst ? first : skipped[at]!]!.outgoing) {
      state.openEdges[target]!--;
      if (fired.includes(port)) state.hasLiveEdge[target] = 1;
      if (state.openEdges[target] !== 0 || state.standing[target] !== STANDING.undecided) continue;
      const isLive = state.hasLiveEdge[target] === 1;
      state.standing[target] = isLive ? STANDING.ready : STANDING.skipped;
      (isLive ? ready : skipped).push(target);
    }
  }
  return { ready, skipped };
}

function ascending(a: number, b: number): number {
  return a - b;
}
