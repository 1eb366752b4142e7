import clsx from 'clsx';
import type { Step } from '../../server/contract/shapes.ts';
import { useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { durationText } from '../run-view/run-state.ts';
import { JsonTree } from '../ui/json-tree.tsx';
import { StateIcon } from '../ui/state-icon.tsx';

/** What the node got in the shown run: its settings with all templates filled in. */
export function StepInput({ step }: { step: Step | undefined }) {
  const t = useCanvasText();
  if (!step) return <NoRun />;
  if (step.input === undefined || step.input === null) {
    return <p className="text-sm text-muted-foreground">{t('noInput')}</p>;
  }
  return <JsonTree value={step.input} />;
}

/** What the node made of it: result, error, log, model, while it runs the text as it is written. */
export function StepOutput({ nodeId, step }: { nodeId: string; step: Step | undefined }) {
  const t = useCanvasText();
  const streamed = useUi((ui) => ui.run?.tokens.get(nodeId));
  if (!step) return <NoRun />;
  return <StepResult step={step} nodeId={nodeId} streamed={streamed} empty={t('noOutput')} />;
}

/** Result, error, log and usage of one step. */
export function StepResult(props: {
  step: Step;
  nodeId: string;
  streamed?: string | undefined;
  empty: string;
}) {
  const { step, nodeId, streamed, empty } = props;
  const t = useCanvasText();
  const duration = durationText(step.startedAt, step.finishedAt);
  const hasOutput = step.output !== undefined && step.output !== null;
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
        <StateIcon status={step.status} />
        <span className="text-foreground">{t(`stepStatus.${step.status}`)}</span>
        {duration && <span>{duration}</span>}
        {step.attempt > 1 && <span>{t('attempts', { count: step.attempt })}</span>}
        {step.ports.length > 0 && <span>→ {step.ports.join(', ')}</span>}
      </p>
      {step.error && (
        <div className="rounded-md border border-destructive/40 bg-destructive/10 p-2 text-xs text-destructive">
          <p className="break-words">{step.error.message}</p>
          <p className="pt-1 font-mono text-[11px] opacity-80">{step.error.code}</p>
        </div>
      )}
      {streamed && <p className="rounded-md bg-muted p-2 text-xs whitespace-pre-wrap">{streamed}</p>}
      {hasOutput ? (
        <JsonTree value={step.output} path={`steps.${nodeId}.output`} />
      ) : (
        !step.error && !streamed && <p className="text-muted-foreground">{empty}</p>
      )}
      {step.usage && (
        <p className="text-xs text-muted-foreground">
          {t('model')}: {step.usage.model}
          {step.usage.inputTokens !== undefined &&
            ` · ${t('tokens', { input: step.usage.inputTokens, output: step.usage.outputTokens ?? 0 })}`}
          {step.usage.costUsd !== undefined && ` · $${step.usage.costUsd.toFixed(5)}`}
        </p>
      )}
      {step.logs.length > 0 && (
        <section aria-label={t('log')}>
          <h3 className="pb-1 text-xs font-medium">{t('log')}</h3>
          <ol className="flex flex-col gap-1 font-mono text-[11px] leading-4">
            {step.logs.map((line, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: log lines are only ever appended
                key={index}
                className={clsx(
                  'break-words',
                  line.level === 'error' && 'text-destructive',
                  line.level === 'warn' && 'text-state-waiting',
                  line.level === 'debug' && 'text-muted-foreground',
                )}
              >
                <time className="text-muted-foreground" dateTime={line.at}>
                  {new Date(line.at).toLocaleTimeString()}
                </time>{' '}
                {line.message}
                {line.data !== undefined && (
                  <span className="text-muted-foreground"> {JSON.stringify(line.data)}</span>
                )}
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function NoRun() {
  const t = useCanvasText();
  return <p className="text-sm text-muted-foreground">{t('noRunYet')}</p>;
}
