import '@xyflow/react/dist/style.css';
import './canvas.css';
import type {
  Connection,
  EdgeChange,
  FinalConnectionState,
  NodeChange as FlowNodeChange,
  IsValidConnection,
  OnConnectEnd,
} from '@xyflow/react';
import {
  applyEdgeChanges,
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  SelectionMode,
  useStore as useFlowStore,
  useReactFlow,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { StoreApi } from 'zustand';
import { useStore } from 'zustand';
import { useIsDark } from '../app/theme.ts';
import { categoryLook } from '../ui/category.ts';
import { ConnectionHint } from './connection-hint.tsx';
import { DRAGGED_TYPE } from './dragged-type.ts';
import { FlowEdge } from './flow-edge.tsx';
import type { CanvasEdge, CanvasNode } from './flow-elements.ts';
import { toCanvasEdges, toCanvasNodes } from './flow-elements.ts';
import type { Ends, Refusal } from './graph-edit.ts';
import { CARD_SIZE, connectRefusal, dropOnEdge, findNode, GRID, moveElements } from './graph-edit.ts';
import { NodeCard } from './node-card.tsx';
import type { CanvasUi } from './session.tsx';
import { useFlow, useSession } from './session.tsx';
import { StickyCard } from './sticky-card.tsx';
import { useCanvasText } from './texts.ts';
import type { CanvasCommands } from './use-commands.ts';
import { FIT_OPTIONS, useFitUntilTouched } from './use-fit-until-touched.ts';

const NODE_TYPES = { card: NodeCard, sticky: StickyCard };
const EDGE_TYPES = { flow: FlowEdge };
const SNAP: [number, number] = [GRID, GRID];
const PRO_OPTIONS = { hideAttribution: true };

/**
 * The graph of the session as a canvas. React Flow owns positions while something is dragged; the flow document is
 * written once, when it is let go.
 */
export function Canvas({ commands }: { commands: CanvasCommands }) {
  const session = useSession();
  const { ui, types, isReadOnly } = session;
  const t = useCanvasText();
  const isDark = useIsDark();
  const reactFlow = useReactFlow<CanvasNode, CanvasEdge>();
  const graph = useFlow((state) => state.graph);
  const selected = useStore(ui, (state) => state.selected);
  const { nodes, edges, setNodes, setEdges } = useElements();
  useSelectionInView(commands);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  useFitUntilTouched(graph.nodes.length > 0);

  const onNodesChange = useCallback(
    (changes: FlowNodeChange<CanvasNode>[]) => {
      takeSelection(ui, changes);
      const others = changes.filter((change) => change.type !== 'select' && change.type !== 'remove');
      if (others.length > 0) setNodes((current) => applyNodeChanges(others, current));
    },
    [ui, setNodes],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<CanvasEdge>[]) => {
      takeSelection(ui, changes);
      const others = changes.filter((change) => change.type !== 'select' && change.type !== 'remove');
      if (others.length > 0) setEdges((current) => applyEdgeChanges(others, current));
    },
    [ui, setEdges],
  );

  /** One undo step for a whole drag, and the insertion when a loose node was let go over an edge. */
  const onDragStop = useCallback(
    (_: unknown, __: unknown, dragged: CanvasNode[]) => {
      const { dropEdgeId } = ui.getState();
      ui.setState({ dropEdgeId: null });
      const positions = new Map(dragged.map((node) => [node.id, node.position]));
      session.flow.getState().edit((current) => {
        const moved = moveElements(current, positions);
        const only = dragged.length === 1 ? dragged[0] : undefined;
        return (dropEdgeId && only && dropOnEdge(moved, dropEdgeId, only.id, types)) || moved;
      });
    },
    [session, ui, types],
  );

  const onDrag = useCallback(
    (event: MouseEvent | TouchEvent, node: CanvasNode, dragged: CanvasNode[]) => {
      const edgeId = dragged.length === 1 && node.type === 'card' ? edgeUnder(event) : null;
      const possible =
        edgeId !== null && dropOnEdge(session.flow.getState().graph, edgeId, node.id, types) !== null;
      const dropEdgeId = possible ? edgeId : null;
      if (ui.getState().dropEdgeId !== dropEdgeId) ui.setState({ dropEdgeId });
    },
    [session, ui, types],
  );

  const isValidConnection = useCallback<IsValidConnection<CanvasEdge>>(
    (connection) => {
      const ends = endsOf(connection);
      const reason = ends ? connectRefusal(session.flow.getState().graph, ends, types) : 'unknown_port';
      setRefusal(reason);
      return reason === null;
    },
    [session, types],
  );

  const onConnectEnd = useCallback<OnConnectEnd>(
    (event, connection: FinalConnectionState) => {
      setRefusal(null);
      if (connection.isValid || isReadOnly) return;
      const { fromNode, fromHandle } = connection;
      const isSource = fromHandle?.type === 'source' && fromHandle.id;
      const onEmptyCanvas = event.target instanceof Element && event.target.closest('.react-flow__pane');
      if (!fromNode || !isSource || !onEmptyCanvas || !fromHandle?.id) return;
      const point = pointOf(event);
      const place = reactFlow.screenToFlowPosition(point);
      ui.setState({
        quickAdd: {
          screen: point,
          place: { x: place.x, y: place.y - CARD_SIZE.height / 2 },
          from: { source: fromNode.id, sourceHandle: fromHandle.id },
        },
      });
    },
    [ui, reactFlow, isReadOnly],
  );

  const onDrop = useCallback(
    (event: React.DragEvent) => {
      const type = types.get(event.dataTransfer.getData(DRAGGED_TYPE));
      if (!type || isReadOnly) return;
      event.preventDefault();
      const edgeId = edgeUnder(event.nativeEvent);
      ui.setState({ dropEdgeId: null });
      if (edgeId && type.kind === 'step') {
        commands.insert(edgeId, type);
        return;
      }
      const point = reactFlow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      commands.add(type, { x: point.x - CARD_SIZE.width / 2, y: point.y - 24 });
    },
    [types, isReadOnly, ui, commands, reactFlow],
  );

  const onDragOver = useCallback(
    (event: React.DragEvent) => {
      if (!event.dataTransfer.types.includes(DRAGGED_TYPE)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      const dropEdgeId = edgeUnder(event.nativeEvent);
      if (ui.getState().dropEdgeId !== dropEdgeId) ui.setState({ dropEdgeId });
    },
    [ui],
  );

  const onDoubleClick = (event: React.MouseEvent) => {
    const onPane = event.target instanceof Element && event.target.classList.contains('react-flow__pane');
    if (!onPane || isReadOnly) return;
    const point = { x: event.clientX, y: event.clientY };
    ui.setState({ quickAdd: { screen: point, place: reactFlow.screenToFlowPosition(point) } });
  };

  const minimapColor = useCallback(
    (node: CanvasNode) =>
      node.type === 'card'
        ? categoryLook(types.get(node.data.node.type)?.category ?? 'other').color
        : 'transparent',
    [types],
  );
  const label = useMemo(
    () => ({ 'node.a11yDescription.default': t('nodeHelp'), 'edge.a11yDescription.default': '' }),
    [t],
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a double click is a shortcut; `/` does the same from the keyboard
    <div
      data-canvas
      className="canvas size-full"
      onDoubleClick={onDoubleClick}
      onDrop={onDrop}
      onDragOver={onDragOver}
    >
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={(connection) => {
          const ends = endsOf(connection);
          if (ends) commands.connect(ends);
        }}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValidConnection}
        onNodeDrag={onDrag}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={(event, dragged) => onDragStop(event, dragged[0], dragged)}
        onNodeDoubleClick={() => ui.setState({ isInspectorOpen: true })}
        onNodeClick={() => ui.setState({ isInspectorOpen: true })}
        onPaneClick={() => ui.setState({ selected: new Set() })}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        edgesFocusable={false}
        deleteKeyCode={null}
        disableKeyboardA11y
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Meta', 'Control', 'Shift']}
        panActivationKeyCode="Space"
        selectionMode={SelectionMode.Partial}
        panOnScroll
        zoomOnPinch
        zoomOnDoubleClick={false}
        zoomActivationKeyCode={['Meta', 'Control']}
        minZoom={0.1}
        maxZoom={2}
        snapToGrid
        snapGrid={SNAP}
        connectionRadius={28}
        connectionLineType={ConnectionLineType.SmoothStep}
        onlyRenderVisibleElements={graph.nodes.length > 60}
        elevateNodesOnSelect={false}
        nodeDragThreshold={3}
        fitViewOptions={FIT_OPTIONS}
        colorMode={isDark ? 'dark' : 'light'}
        proOptions={PRO_OPTIONS}
        ariaLabelConfig={label}
        aria-label={t('canvas')}
      >
        <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1.2} />
        <MiniMap<CanvasNode>
          pannable
          zoomable
          position="bottom-right"
          nodeColor={minimapColor}
          nodeBorderRadius={8}
          ariaLabel={t('minimap')}
          className="!m-3"
          style={{ width: 152, height: 104 }}
        />
      </ReactFlow>
      {refusal && refusal !== 'unknown_node' && <ConnectionHint text={t(`refusal.${refusal}`)} />}
      <span className="sr-only" aria-live="polite">
        {selected.size > 1 ? t('selectedCount', { count: selected.size }) : ''}
      </span>
    </div>
  );
}

/** Selections that React Flow made become those of the session. */
function takeSelection(
  ui: StoreApi<CanvasUi>,
  changes: (FlowNodeChange<CanvasNode> | EdgeChange<CanvasEdge>)[],
): void {
  const chosen = changes.filter((change) => change.type === 'select');
  if (chosen.length === 0) return;
  const ids = new Set(ui.getState().selected);
  for (const change of chosen) {
    if (change.selected) ids.add(change.id);
    else ids.delete(change.id);
  }
  ui.setState({ selected: ids });
}

/** React Flow's elements: those of the document, with the positions and sizes that React Flow is changing on top. */
function useElements() {
  const { flow, ui } = useSession();
  const graph = useFlow((state) => state.graph);
  const selected = useStore(ui, (state) => state.selected);
  const [nodes, setNodes] = useState<CanvasNode[]>(() => toCanvasNodes(graph, selected, []));
  const [edges, setEdges] = useState<CanvasEdge[]>([]);

  useEffect(() => {
    setNodes((current) => toCanvasNodes(graph, selected, current));
    setEdges((current) =>
      toCanvasEdges(graph, selected, current, (id) => findNode(flow.getState().graph, id)?.name ?? id),
    );
  }, [flow, graph, selected]);

  return { nodes, edges, setNodes, setEdges };
}

/** The inspector takes its room from the canvas: the node it was opened for must not end up behind it. */
function useSelectionInView(commands: CanvasCommands): void {
  const { ui } = useSession();
  const width = useFlowStore((state) => state.width);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of width that matters
  useEffect(() => {
    const [only, ...others] = ui.getState().selected;
    if (only !== undefined && others.length === 0) commands.reveal(only);
  }, [width]);
}

function endsOf(connection: Connection | CanvasEdge): Ends | null {
  const { source, sourceHandle, target, targetHandle } = connection;
  return source && sourceHandle && target && targetHandle
    ? { source, sourceHandle, target, targetHandle }
    : null;
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const point = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

/** The edge under the pointer, looking through the node that is being dragged. */
function edgeUnder(event: MouseEvent | TouchEvent): string | null {
  const { x, y } = pointOf(event);
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest('.react-flow__edge');
    const id = edge?.getAttribute('data-id');
    if (id) return id;
  }
  return null;
}
