import type { TemporalState } from 'zundo';
import { temporal } from 'zundo';
import type { StoreApi } from 'zustand';
import { createStore } from 'zustand';
import type { Graph } from '../../engine/graph.ts';

/** The part of a flow that a person edits, and that undo goes back through. */
export type FlowContent = { name: string; graph: Graph };

type FlowActions = {
  /**
   * Applies a pure edit as one undo step. Edits of the same `group` shortly after each other (typing in one field) are
   * one step together.
   */
  edit(change: (graph: Graph) => Graph, group?: string): void;
  rename(name: string): void;
  /** Takes over content from elsewhere (another tab, an older version); it can be undone like any edit. */
  replace(content: FlowContent): void;
};

export type FlowState = FlowContent & FlowActions;
export type FlowStore = StoreApi<FlowState> & { temporal: StoreApi<TemporalState<FlowContent>> };

/** More than the hundred steps that we promise; graphs share their unchanged parts, so a step is small. */
const UNDO_STEPS = 300;
/** A pause in typing longer than this starts a new undo step. */
const GROUP_PAUSE_MS = 1_200;

/** The store of one open flow. The graph document in it is the only truth; the canvas and the form draw it. */
export function createFlowStore(content: FlowContent, now: () => number = Date.now): FlowStore {
  let lastGroup: { name: string; at: number; undoDepth: number } | undefined;

  const store = createStore<FlowState>()(
    temporal(
      (set, get) => ({
        name: content.name,
        graph: content.graph,
        edit: (change, group) => {
          const graph = change(get().graph);
          if (graph !== get().graph) record(group, () => set({ graph }));
        },
        rename: (name) => {
          if (name !== get().name) record('flow name', () => set({ name }));
        },
        replace: ({ name, graph }) => record(undefined, () => set({ name, graph })),
      }),
      {
        limit: UNDO_STEPS,
        partialize: ({ name, graph }): FlowContent => ({ name, graph }),
        equality: (past, current) => past.graph === current.graph && past.name === current.name,
      },
    ),
  );

  function record(group: string | undefined, write: () => void) {
    const history = store.temporal.getState();
    const at = now();
    const continues =
      group !== undefined &&
      lastGroup?.name === group &&
      at - lastGroup.at < GROUP_PAUSE_MS &&
      lastGroup.undoDepth === history.pastStates.length &&
      history.futureStates.length === 0;
    if (continues) history.pause();
    write();
    if (continues) history.resume();
    lastGroup =
      group === undefined
        ? undefined
        : { name: group, at, undoDepth: store.temporal.getState().pastStates.length };
  }

  return store;
}
