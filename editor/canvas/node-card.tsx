import type { NodeProps } from '@xyflow/react';
import { Handle, Position } from '@xyflow/react';
import clsx from 'clsx';
import { Ban, CircleAlert, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import type { Problem } from '../../engine/graph.ts';
import type { Port } from '../../engine/ports.ts';
import type { Step } from '../../server/contract/shapes.ts';
import { NodeIcon } from '../palette/node-icon.tsx';
import { durationText } from '../run-view/run-state.ts';
import { StateIcon } from '../ui/state-icon.tsx';
import type { CardNode } from './flow-elements.ts';
import { outputsOf } from './graph-edit.ts';
import { phraseOf } from './phrase.ts';
import { useNodeProblems, useSession, useStep, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';

/** One node on the canvas: what it is, what it will do in words, its ports, its problems, and how its run went. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node } = data;
  const { types } = useSession();
  const t = useCanvasText();
  const type = types.get(node.type);
  const step = useStep(node.id);
  const hasRun = useUi((ui) => ui.run !== null);
  const isTarget = useUi((ui) => ui.connecting?.target === node.id);
  const problems = useNodeProblems(node.id);
  const ports = outputsOf(node, types);
  const single = ports.length === 1 ? ports[0] : undefined;

  return (
    <div
      data-status={step?.status}
      className={clsx(
        'node-card w-62 rounded-lg border bg-card text-card-foreground shadow-sm transition-[border-color,opacity,box-shadow]',
        selected || isTarget ? 'border-primary ring-2 ring-primary/40' : 'border-border',
        (node.disabled || (hasRun && (!step || step.status === 'skipped'))) && 'opacity-55',
        step?.status === 'running' && 'border-state-running ring-2 ring-state-running/50',
        step?.status === 'succeeded' && !selected && 'border-state-succeeded',
        step?.status === 'failed' && !selected && 'border-state-failed',
        step?.status === 'waiting' && !selected && 'border-state-waiting',
      )}
    >
      {type?.kind !== 'trigger' && (
        <Handle
          type="target"
          id="in"
          position={Position.Left}
          role="button"
          tabIndex={-1}
          aria-label={t('inputOf', { name: node.name })}
          className="port port-beside-name"
        />
      )}
      <div className="flex items-center gap-2 px-3 pt-2.5">
        <NodeIcon type={type} />
        <span className="min-w-0 flex-1 truncate text-sm font-medium" title={node.name}>
          {node.name}
        </span>
        {node.disabled && <Ban className="size-4 text-muted-foreground" aria-label={t('disabled')} />}
        {step && <RunState step={step} />}
      </div>
      <p className="mx-3 mt-1 mb-2.5 line-clamp-2 min-h-5 text-xs leading-5 break-words text-muted-foreground">
        {type ? phraseOf(node, type) : t('unknownType', { type: node.type })}
      </p>
      {problems.length > 0 && <ProblemBadge problems={problems} />}
      {single ? (
        <OutputPort port={single} nodeName={node.name} isBesideName />
      ) : (
        ports.length > 0 && (
          <ul className="border-t border-border py-1">
            {ports.map((port) => (
              <li
                key={port.id}
                className={clsx(
                  'relative flex h-6 items-center justify-end px-3 text-xs',
                  step && step.ports.length > 0 && !step.ports.includes(port.id) && 'opacity-50',
                  port.id === 'error' && 'text-destructive',
                )}
              >
                <span className="max-w-full truncate">{port.label}</span>
                <OutputPort port={port} nodeName={node.name} />
              </li>
            ))}
          </ul>
        )
      )}
    </div>
  );
});

function OutputPort(props: { port: Port; nodeName: string; isBesideName?: boolean }) {
  const { port, nodeName, isBesideName = false } = props;
  const t = useCanvasText();
  return (
    <Handle
      type="source"
      id={port.id}
      position={Position.Right}
      role="button"
      tabIndex={-1}
      aria-label={t('outputOf', { name: nodeName, port: port.id })}
      className={isBesideName ? 'port port-beside-name' : 'port'}
    />
  );
}

function RunState({ step }: { step: Step }) {
  const t = useCanvasText();
  const duration = durationText(step.startedAt, step.finishedAt);
  return (
    <span className="flex shrink-0 items-center gap-1 text-xs text-muted-foreground tabular-nums">
      {step.attempt > 1 && <span title={t('attempts', { count: step.attempt })}>×{step.attempt}</span>}
      {step.status !== 'skipped' && duration}
      <StateIcon status={step.status} />
    </span>
  );
}

function ProblemBadge({ problems }: { problems: readonly Problem[] }) {
  const worst = problems.find((problem) => problem.severity === 'error') ?? problems[0];
  if (!worst) return null;
  const isError = worst.severity === 'error';
  const Icon = isError ? CircleAlert : TriangleAlert;
  return (
    <p
      className={clsx(
        'mx-2 mb-2 flex items-start gap-1.5 rounded-md px-2 py-1 text-xs',
        isError ? 'bg-destructive/10 text-destructive' : 'bg-state-waiting/10 text-state-waiting',
      )}
    >
      <Icon className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      <span className="line-clamp-2 min-w-0">
        {worst.message}
        {problems.length > 1 && ` (+${problems.length - 1})`}
      </span>
    </p>
  );
}
