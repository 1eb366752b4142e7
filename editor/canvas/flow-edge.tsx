import type { EdgeProps } from '@xyflow/react';
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath } from '@xyflow/react';
import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { memo } from 'react';
import type { GraphEdge } from '../../engine/graph.ts';
import type { CanvasEdge } from './flow-elements.ts';
import { useEdgeState, useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';

/** An edge as a smooth step, with the name of its port and a `+` that inserts a node. During a run it says what happened. */
export const FlowEdge = memo(function FlowEdge(props: EdgeProps<CanvasEdge>) {
  const edge = props.data?.edge;
  return edge ? <KnownEdge {...props} edge={edge} /> : null;
});

function KnownEdge({ edge, ...props }: EdgeProps<CanvasEdge> & { edge: GraphEdge }) {
  const { ui, isReadOnly } = useSession();
  const t = useCanvasText();
  const state = useEdgeState(edge);
  const isDropTarget = useUi((current) => current.dropEdgeId === edge.id);
  const [path, labelX, labelY] = getSmoothStepPath({ ...props, borderRadius: 8 });
  const label = edge.sourceHandle === 'out' ? '' : edge.sourceHandle;

  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        interactionWidth={18}
        className={clsx(
          'flow-edge',
          `flow-edge-${state}`,
          (props.selected || isDropTarget) && 'flow-edge-selected',
        )}
      />
      <EdgeLabelRenderer>
        <div
          className="nodrag nopan absolute flex items-center gap-1 text-[11px] text-muted-foreground"
          style={{
            transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)`,
            pointerEvents: 'all',
          }}
        >
          {label && (
            <span className="max-w-28 truncate rounded border border-border bg-background px-1 leading-4">
              {label}
            </span>
          )}
          {!isReadOnly && (
            <button
              type="button"
              tabIndex={-1}
              aria-label={t('insertOnEdge')}
              title={t('insertOnEdge')}
              className="flex size-5 items-center justify-center rounded-full border border-border bg-background text-muted-foreground opacity-70 hover:border-primary hover:text-primary hover:opacity-100"
              onClick={(event) => {
                event.stopPropagation();
                ui.setState({
                  quickAdd: {
                    screen: { x: event.clientX, y: event.clientY },
                    place: { x: labelX, y: labelY },
                    edgeId: edge.id,
                  },
                });
              }}
            >
              <Plus className="size-3" aria-hidden />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}
