import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useMemo } from 'react';
import { toast } from 'sonner';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import { rememberType } from '../palette/recent-types.ts';
import { fromClipboardText, toClipboardText } from './clipboard.ts';
import type { CanvasEdge, CanvasNode } from './flow-elements.ts';
import type { Ends, Position } from './graph-edit.ts';
import {
  addNode,
  addSticky,
  CARD_SIZE,
  connect,
  connectRefusal,
  duplicate,
  findNode,
  freePlace,
  insertOnEdge,
  moveElements,
  nudge,
  outputsOf,
  paste,
  pick,
  placeAfter,
  removeElements,
  toggleDisabled,
} from './graph-edit.ts';
import { useSession } from './session.tsx';
import { useCanvasText } from './texts.ts';
import { nextNode } from './walk.ts';

export type CanvasCommands = ReturnType<typeof useCommands>;

/** Everything a person can do on the canvas, for the keyboard, the toolbar and the menus alike. */
export function useCommands() {
  const session = useSession();
  const reactFlow = useReactFlow<CanvasNode, CanvasEdge>();
  const flowStore = useStoreApi();
  const t = useCanvasText();

  return useMemo(() => {
    const { flow, ui, types, isReadOnly } = session;
    const graph = () => flow.getState().graph;
    const selected = () => ui.getState().selected;
    const select = (ids: Iterable<string>) => ui.setState({ selected: new Set(ids) });
    const editable =
      <Args extends unknown[]>(run: (...args: Args) => void) =>
      (...args: Args) => {
        if (!isReadOnly) run(...args);
      };

    /** The middle of what is visible, where a node goes that nobody pointed a place for. */
    const middle = (): Position => {
      const { width, height, transform } = flowStore.getState();
      const [x, y, zoom] = transform;
      return {
        x: (width / 2 - x) / zoom - CARD_SIZE.width / 2,
        y: (height / 2 - y) / zoom - CARD_SIZE.height / 2,
      };
    };

    const reveal = (nodeId: string) => {
      const node = findNode(graph(), nodeId);
      if (!node) return;
      const { width, height, transform } = flowStore.getState();
      const [x, y, zoom] = transform;
      const left = node.position.x * zoom + x;
      const top = node.position.y * zoom + y;
      const isVisible =
        left > 0 &&
        top > 0 &&
        left + CARD_SIZE.width * zoom < width &&
        top + CARD_SIZE.height * zoom < height;
      if (isVisible) return;
      void reactFlow.setCenter(
        node.position.x + CARD_SIZE.width / 2,
        node.position.y + CARD_SIZE.height / 2,
        { zoom, duration: motionMs() },
      );
    };

    const insertPiece = (text: string) => {
      const piece = fromClipboardText(text);
      if (!piece || (piece.nodes.length === 0 && !piece.stickies)) return false;
      const first = piece.nodes[0]?.position ?? piece.stickies?.[0]?.position ?? { x: 0, y: 0 };
      const isStillThere = piece.nodes.some(
        (node) => findNode(graph(), node.id)?.position.x === node.position.x,
      );
      const offset = isStillThere ? { x: 32, y: 48 } : { x: middle().x - first.x, y: middle().y - first.y };
      const pasted = paste(graph(), piece, offset);
      if (pasted.graph === null) {
        toast.error(t('full'));
        return true;
      }
      const { graph: next, ids } = pasted;
      flow.getState().edit(() => next);
      select(ids);
      return true;
    };

    return {
      select,
      reveal,

      /** Adds a node: behind the selected one where that is possible, else at `place` or in the middle. */
      add: editable(
        (type: NodeTypeInfo, place?: Position, from?: { source: string; sourceHandle: string }) => {
          const chosen = selected().size === 1 ? findNode(graph(), [...selected()][0] ?? '') : undefined;
          const free = chosen && !place && type.kind === 'step' ? freeOutput(chosen.id) : undefined;
          const position =
            place ?? (chosen && free ? placeAfter(graph(), chosen) : freePlace(graph(), middle()));
          const added = addNode(graph(), type, position, types, from ?? free);
          flow.getState().edit(() => added.graph);
          rememberType(type.type);
          select([added.nodeId]);
          ui.setState({
            quickAdd: null,
            isInspectorOpen: true,
            tab: 'configure',
            announcement: t('added', { name: type.name }),
          });
          reveal(added.nodeId);
        },
      ),

      insert: editable((edgeId: string, type: NodeTypeInfo) => {
        const inserted = insertOnEdge(graph(), edgeId, type, types);
        if (!inserted) return;
        flow.getState().edit(() => inserted.graph);
        rememberType(type.type);
        select([inserted.nodeId]);
        ui.setState({ quickAdd: null, isInspectorOpen: true, tab: 'configure' });
      }),

      connect: editable((ends: Ends) => {
        const connected = connect(graph(), ends, types);
        if (connected.ok) flow.getState().edit(() => connected.graph);
        else toast.error(t(`refusal.${connected.reason}`));
      }),

      remove: editable((ids: ReadonlySet<string> = selected()) => {
        if (ids.size === 0) return;
        flow.getState().edit((current) => removeElements(current, ids));
        select([]);
      }),

      duplicate: editable(() => {
        const copy = duplicate(graph(), selected());
        if (!copy || copy.ids.length === 0) return;
        flow.getState().edit(() => copy.graph);
        select(copy.ids);
      }),

      /** The selection as text for the clipboard; null when nothing that can be copied is selected. */
      copiedText: (): string | null => {
        const piece = pick(graph(), selected());
        return piece.nodes.length > 0 || piece.stickies ? toClipboardText(piece) : null;
      },

      /** Pastes nodes from clipboard text; false when it holds none. */
      pasteText: (text: string): boolean => (isReadOnly ? false : insertPiece(text)),

      toggleDisabled: editable(() => {
        if (selected().size > 0) flow.getState().edit((current) => toggleDisabled(current, selected()));
      }),

      nudge: editable((by: Position) => {
        flow.getState().edit((current) => nudge(current, selected(), by), `nudge ${[...selected()].join()}`);
      }),

      addSticky: editable(() => {
        const added = addSticky(graph(), middle(), '');
        flow.getState().edit(() => added.graph);
        select([added.id]);
      }),

      undo: editable(() => flow.temporal.getState().undo()),
      redo: editable(() => flow.temporal.getState().redo()),

      /** Arranges the selection when several nodes are selected, else everything. */
      tidy: editable(() => {
        const ids = selected();
        const only = ids.size > 1 ? ids : undefined;
        const sizes = new Map(
          reactFlow.getNodes().map((node) => [
            node.id,
            {
              width: node.measured?.width ?? CARD_SIZE.width,
              height: node.measured?.height ?? CARD_SIZE.height,
            },
          ]),
        );
        void import('./tidy-layout.ts').then(({ tidyLayout }) => {
          flow.getState().edit((current) => moveElements(current, tidyLayout(current, sizes, types, only)));
          if (!only) requestAnimationFrame(() => showAll());
        });
      }),

      fit: () => showAll(),
      zoomIn: () => void reactFlow.zoomIn({ duration: motionMs() }),
      zoomOut: () => void reactFlow.zoomOut({ duration: motionMs() }),

      /** Goes to the next node in the order in which the flow runs; false past the end. */
      walk: (step: 1 | -1): boolean => {
        const chosen = [...selected()].find((id) => findNode(graph(), id));
        const next = nextNode(graph(), chosen, step);
        if (next === undefined) return false;
        select([next]);
        reveal(next);
        ui.setState({ announcement: findNode(graph(), next)?.name ?? '' });
        return true;
      },

      openQuickAdd: editable(() => {
        const { domNode } = flowStore.getState();
        const box = domNode?.getBoundingClientRect();
        const chosen = selected().size === 1 ? findNode(graph(), [...selected()][0] ?? '') : undefined;
        const from = chosen && freeOutput(chosen.id);
        ui.setState({
          quickAdd: {
            screen: {
              x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
              y: (box?.top ?? 0) + (box?.height ?? 0) / 4,
            },
            place: chosen && from ? placeAfter(graph(), chosen) : freePlace(graph(), middle()),
            ...(from && { from }),
          },
        });
      }),

      /** Starts a connection from the first free output of the selected node, chosen further with the arrow keys. */
      startConnecting: editable(() => {
        const chosen = selected().size === 1 ? [...selected()][0] : undefined;
        const from = chosen && freeOutput(chosen, true);
        if (!from) return;
        ui.setState({ connecting: { ...from, target: null } });
        chooseTarget(1);
      }),
      chooseTarget,
      /** The next output port to connect from. */
      choosePort: (step: 1 | -1) => {
        const { connecting } = ui.getState();
        const node = connecting && findNode(graph(), connecting.source);
        if (!connecting || !node) return;
        const ports = outputsOf(node, types);
        const at = ports.findIndex((port) => port.id === connecting.sourceHandle);
        const port = ports[(at + step + ports.length) % ports.length];
        if (!port) return;
        ui.setState({ connecting: { ...connecting, sourceHandle: port.id, target: null } });
        chooseTarget(1);
      },
      finishConnecting: editable(() => {
        const { connecting } = ui.getState();
        ui.setState({ connecting: null });
        if (!connecting?.target) return;
        const { source, sourceHandle, target } = connecting;
        const connected = connect(graph(), { source, sourceHandle, target, targetHandle: 'in' }, types);
        if (connected.ok) flow.getState().edit(() => connected.graph);
      }),
    };

    function showAll() {
      void reactFlow.fitView({ padding: 0.1, maxZoom: 1, duration: motionMs() });
    }

    /** The first output that leads nowhere yet; with `any` the first output even when all are connected. */
    function freeOutput(nodeId: string, any = false) {
      const node = findNode(graph(), nodeId);
      if (!node) return undefined;
      const ports = outputsOf(node, types);
      const used = new Set(
        graph()
          .edges.filter((edge) => edge.source === nodeId)
          .map((edge) => edge.sourceHandle),
      );
      const port = ports.find((candidate) => !used.has(candidate.id)) ?? (any ? ports[0] : undefined);
      return port && { source: nodeId, sourceHandle: port.id };
    }

    function chooseTarget(step: 1 | -1) {
      const { connecting } = ui.getState();
      if (!connecting) return;
      const possible = graph().nodes.filter(
        (node) =>
          connectRefusal(graph(), { ...connecting, target: node.id, targetHandle: 'in' }, types) === null,
      );
      const at = possible.findIndex((node) => node.id === connecting.target);
      const next = possible[(at + step + possible.length) % possible.length];
      if (!next) {
        ui.setState({ connecting: null, announcement: t('nothingToConnect') });
        return;
      }
      ui.setState({
        connecting: { ...connecting, target: next.id },
        announcement: t('connectTo', { port: connecting.sourceHandle, name: next.name }),
      });
      reveal(next.id);
    }
  }, [session, reactFlow, flowStore, t]);
}

/** How long the view moves: not at all for those who asked for less motion. */
function motionMs(): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180;
}
