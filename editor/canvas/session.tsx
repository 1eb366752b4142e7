import { createContext, type ReactNode, useContext } from 'react';
import type { StoreApi } from 'zustand';
import { createStore, useStore } from 'zustand';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { GraphEdge, GraphNode, Problem } from '../../engine/graph.ts';
import type { ExecutionSummary, Step } from '../../server/contract/shapes.ts';
import type { EdgeState, Run } from '../run-view/run-state.ts';
import { edgeState } from '../run-view/run-state.ts';
import type { FlowState, FlowStore } from './flow-store.ts';
import type { Position } from './graph-edit.ts';
import { findNode } from './graph-edit.ts';

export type InspectorTab = 'configure' | 'input' | 'output' | 'docs';

/** Where the quick-add list stands and what it adds to. */
export type QuickAdd = {
  /** Of the pointer, in the window. */
  screen: Position;
  /** Where the node goes, in the flow. */
  place: Position;
  from?: { source: string; sourceHandle: string };
  edgeId?: string;
};

/** What the page shows and has chosen: everything that is not part of the flow, and that undo leaves alone. */
export type CanvasUi = {
  selected: ReadonlySet<string>;
  isInspectorOpen: boolean;
  tab: InspectorTab;
  /** A field to scroll to and focus, such as one with a problem; `at` tells two requests apart. */
  fieldRequest: { nodeId: string; field: string; at: number } | null;
  problems: readonly Problem[];
  run: Run | null;
  /** Recent runs of the flow, the newest first. */
  runs: readonly ExecutionSummary[];
  isFollowing: boolean;
  /** The event that test runs use, chosen from a past run. */
  testEvent: { event: TriggerEvent; title: string } | null;
  /** The event of the run that is shown, for previews. */
  lastEvent: TriggerEvent | null;
  quickAdd: QuickAdd | null;
  /** The edge under the node that is being dragged. */
  dropEdgeId: string | null;
  /** Ports that a keyboard connection starts from. */
  connecting: { source: string; sourceHandle: string; target: string | null } | null;
  announcement: string;
  isPaletteOpen: boolean;
  isPhoneOpen: boolean;
  isProblemListOpen: boolean;
  isShortcutSheetOpen: boolean;
};

/** One open flow or execution: its document, what is shown of it, and the node types it is made of. */
export type Session = {
  flowId: string;
  flow: FlowStore;
  ui: StoreApi<CanvasUi>;
  types: ReadonlyMap<string, NodeTypeInfo>;
  isReadOnly: boolean;
};

export function createCanvasUi(initial: Partial<CanvasUi> = {}): StoreApi<CanvasUi> {
  return createStore<CanvasUi>(() => ({
    selected: new Set(),
    isInspectorOpen: false,
    tab: 'configure',
    fieldRequest: null,
    problems: [],
    run: null,
    runs: [],
    isFollowing: true,
    testEvent: null,
    lastEvent: null,
    quickAdd: null,
    dropEdgeId: null,
    connecting: null,
    announcement: '',
    isPaletteOpen: true,
    isPhoneOpen: false,
    isProblemListOpen: false,
    isShortcutSheetOpen: false,
    ...initial,
  }));
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('This part of the editor stands outside of a SessionProvider.');
  return session;
}

export function useFlow<T>(select: (state: FlowState) => T): T {
  return useStore(useSession().flow, select);
}

export function useUi<T>(select: (state: CanvasUi) => T): T {
  return useStore(useSession().ui, select);
}

/** The step of a node in the run that is shown. */
export function useStep(nodeId: string): Step | undefined {
  return useUi((ui) => ui.run?.steps.get(nodeId));
}

/** What the shown run did with an edge. */
export function useEdgeState(edge: GraphEdge): EdgeState {
  return useUi((ui) => edgeState(ui.run, edge));
}

/** The problems of one node, the same array for as long as the problems stay. */
export function useNodeProblems(nodeId: string): readonly Problem[] {
  return useUi((ui) => problemsByNode(ui.problems).get(nodeId) ?? NO_PROBLEMS);
}

const NO_PROBLEMS: readonly Problem[] = [];
const grouped = new WeakMap<readonly Problem[], Map<string | undefined, Problem[]>>();

function problemsByNode(problems: readonly Problem[]): Map<string | undefined, Problem[]> {
  let groups = grouped.get(problems);
  if (!groups) {
    groups = Map.groupBy(problems, (problem) => problem.nodeId);
    grouped.set(problems, groups);
  }
  return groups;
}

/** The one node that the inspector is about; undefined when none or several are selected. */
export function useInspectedNode(): GraphNode | undefined {
  const id = useUi((ui) => (ui.selected.size === 1 ? [...ui.selected][0] : undefined));
  return useFlow((state) => (id === undefined ? undefined : findNode(state.graph, id)));
}
