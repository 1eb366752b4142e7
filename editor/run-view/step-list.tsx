import clsx from 'clsx';
import { useMemo } from 'react';
import { topologicalOrder } from '../../engine/topology.ts';
import type { Execution } from '../../server/contract/shapes.ts';
import { findNode } from '../canvas/graph-edit.ts';
import { useSession, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import type { CanvasCommands } from '../canvas/use-commands.ts';
import { JsonTree } from '../ui/json-tree.tsx';
import { StateIcon } from '../ui/state-icon.tsx';
import { EffectList } from './effect-list.tsx';
import type { Run } from './run-state.ts';
import { durationText, isOver } from './run-state.ts';

type StepListProps = { execution: Execution; run: Run; commands: CanvasCommands };

/** The steps of a run in the order in which the flow runs, what was sent, and the event that started it. */
export function StepList({ execution, run, commands }: StepListProps) {
  const { ui } = useSession();
  const t = useCanvasText();
  const selected = useUi((state) => state.selected);
  const order = useMemo(() => topologicalOrder(execution.graph), [execution.graph]);

  const choose = (nodeId: string) => {
    commands.select([nodeId]);
    commands.reveal(nodeId);
    ui.setState({ isInspectorOpen: true, tab: 'output' });
  };

  return (
    <aside
      aria-label={t('steps')}
      className="flex w-72 shrink-0 flex-col overflow-y-auto border-r border-border bg-card"
    >
      <h2 className="px-3 pt-3 pb-1 text-xs font-medium text-muted-foreground">{t('steps')}</h2>
      <ol className="px-1.5">
        {order.map((nodeId) => {
          const step = run.steps.get(nodeId);
          const status = step?.status ?? (isOver(run.status) ? 'skipped' : 'pending');
          return (
            <li key={nodeId}>
              <button
                type="button"
                aria-current={selected.has(nodeId) || undefined}
                className={clsx(
                  'flex w-full flex-col rounded-md px-2 py-1.5 text-left text-sm',
                  selected.has(nodeId) ? 'bg-accent text-accent-foreground' : 'hover:bg-muted',
                )}
                onClick={() => choose(nodeId)}
              >
                <span className="flex w-full items-center gap-2">
                  <StateIcon status={status} />
                  <span className="min-w-0 flex-1 truncate">
                    {findNode(execution.graph, nodeId)?.name ?? nodeId}
                  </span>
                  <span className="text-xs text-muted-foreground tabular-nums">
                    {status === 'skipped'
                      ? t('stepStatus.skipped')
                      : durationText(step?.startedAt ?? null, step?.finishedAt ?? null)}
                  </span>
                </span>
                {step?.error && (
                  <span className="pl-6 text-xs break-words text-destructive">{step.error.message}</span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
      <EffectList execution={execution} />
      <h2 className="px-3 pt-4 pb-1 text-xs font-medium text-muted-foreground">{t('event')}</h2>
      <div className="px-3 pb-3">
        <JsonTree value={execution.event} path="trigger" openLevels={2} />
      </div>
    </aside>
  );
}
