import clsx from 'clsx';
import { Radio, X } from 'lucide-react';
import { Link } from 'react-router';
import { toast } from 'sonner';
import type { ExecutionSummary } from '../../server/contract/shapes.ts';
import { useSession, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { StateIcon } from '../ui/state-icon.tsx';
import { RunActions } from './run-actions.tsx';
import { durationText } from './run-state.ts';

type RunStripProps = { onShow(executionId: string): void; onHide(): void };

/** The runs of this flow at the bottom of the canvas, the newest first; a click shows one on the canvas. */
export function RunStrip({ onShow, onHide }: RunStripProps) {
  const { ui } = useSession();
  const t = useCanvasText();
  const runs = useUi((state) => state.runs);
  const shown = useUi((state) => state.run);
  const isFollowing = useUi((state) => state.isFollowing);
  const lastEvent = useUi((state) => state.lastEvent);

  return (
    <section data-coach="run-strip" aria-label={t('recentRuns')} className="border-t border-border bg-card">
      {shown && (
        <div className="flex flex-wrap items-center gap-2 border-b border-border px-3 py-1.5 text-sm">
          <StateIcon status={shown.status} />
          <span className="min-w-0 flex-1 truncate" title={shown.error?.message}>
            <span className="font-medium">{t(`status.${shown.status}`)}</span>
            {shown.title && <span className="text-muted-foreground"> · {shown.title}</span>}
            {shown.error && <span className="text-destructive"> · {shown.error.message}</span>}
          </span>
          <RunActions
            run={shown}
            onStarted={onShow}
            onUseEvent={
              lastEvent
                ? () => {
                    ui.setState({ testEvent: { event: lastEvent, title: shown.title } });
                    toast.success(t('eventTaken'));
                  }
                : undefined
            }
          />
          <Link to={`/executions/${shown.id}`} className="text-xs text-primary hover:underline">
            {t('details')}
          </Link>
          <button
            type="button"
            aria-label={t('hideRun')}
            title={t('hideRun')}
            className="flex size-7 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground"
            onClick={onHide}
          >
            <X className="size-4" aria-hidden />
          </button>
        </div>
      )}
      <div className="flex h-10 items-center gap-2 px-3">
        <button
          type="button"
          aria-pressed={isFollowing}
          title={t('followHelp')}
          className={clsx(
            'flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2 text-xs font-medium',
            isFollowing ? 'bg-accent text-accent-foreground' : 'text-muted-foreground hover:bg-muted',
          )}
          onClick={() => ui.setState({ isFollowing: !isFollowing })}
        >
          <Radio className="size-3.5" aria-hidden />
          {t('follow')}
        </button>
        {runs.length === 0 ? (
          <p className="truncate text-xs text-muted-foreground">{t('noRuns')}</p>
        ) : (
          <ul className="flex min-w-0 flex-1 items-center gap-1 overflow-x-auto py-1">
            {runs.map((run) => (
              <li key={run.id} className="shrink-0">
                <RunChip run={run} isShown={shown?.id === run.id} onClick={() => onShow(run.id)} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function RunChip({ run, isShown, onClick }: { run: ExecutionSummary; isShown: boolean; onClick(): void }) {
  const t = useCanvasText();
  const status = t(`status.${run.status}`);
  const duration = durationText(run.startedAt, run.finishedAt);
  const name = [run.title || t('run'), ...(run.mode === 'test' ? [t('test')] : [])].join(' ');
  return (
    <button
      type="button"
      aria-pressed={isShown}
      aria-label={`${status}: ${name}`}
      title={`${run.title}\n${status}${duration ? `, ${duration}` : ''}\n${new Date(run.createdAt).toLocaleString()}`}
      className={clsx(
        'flex h-7 max-w-52 items-center gap-1.5 rounded-md border px-2 text-xs',
        isShown ? 'border-primary bg-accent text-accent-foreground' : 'border-border hover:bg-muted',
      )}
      onClick={onClick}
    >
      <StateIcon status={run.status} />
      <span className="truncate">{run.title || t('run')}</span>{' '}
      {run.mode === 'test' && <span className="text-muted-foreground">{t('test')}</span>}
    </button>
  );
}
