import type { NodeProps } from '@xyflow/react';
import { NodeResizer } from '@xyflow/react';
import clsx from 'clsx';
import { memo } from 'react';
import type { StickyNode } from './flow-elements.ts';
import { changeSticky, moveElements } from './graph-edit.ts';
import { useSession } from './session.tsx';
import { useCanvasText } from './texts.ts';

/** A note on the canvas: text that means nothing to the flow. */
export const StickyCard = memo(function StickyCard({ data, selected }: NodeProps<StickyNode>) {
  const { sticky } = data;
  const { flow, isReadOnly } = useSession();
  const t = useCanvasText();

  return (
    <>
      <NodeResizer
        isVisible={selected && !isReadOnly}
        minWidth={120}
        minHeight={72}
        onResizeEnd={(_, { x, y, width, height }) =>
          flow.getState().edit((graph) =>
            moveElements(
              changeSticky(graph, sticky.id, {
                size: { width: Math.round(width), height: Math.round(height) },
              }),
              new Map([[sticky.id, { x, y }]]),
            ),
          )
        }
      />
      <div
        className={clsx(
          'size-full rounded-lg border bg-category-people/12 p-3 text-foreground',
          selected ? 'border-primary' : 'border-category-people/40',
        )}
      >
        <textarea
          data-flow-field
          aria-label={t('note')}
          placeholder={t('notePlaceholder')}
          readOnly={isReadOnly}
          value={sticky.text}
          maxLength={5_000}
          className="nodrag nowheel size-full resize-none bg-transparent text-sm outline-none placeholder:text-current/70"
          onChange={(event) =>
            flow
              .getState()
              .edit(
                (graph) => changeSticky(graph, sticky.id, { text: event.target.value }),
                `sticky ${sticky.id}`,
              )
          }
        />
      </div>
    </>
  );
});
