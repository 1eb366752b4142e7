import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCcw, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { toast } from 'sonner';
import type { ExecutionSummary } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { StateIcon } from '../ui/state-icon.tsx';
import { durationText } from './duration.ts';

export type ExecutionRowProps = {
  execution: ExecutionSummary;
  showsFlow: boolean;
  /** Where runs can be ticked. */
  selection?: { isTicked: boolean; onTick(isTicked: boolean): void };
};

/** One run: its state, what started it, how long it took; a failed one with its error and the ways out. */
export function ExecutionRow({ execution, showsFlow, selection }: ExecutionRowProps) {
  const { t } = useTranslation('executions');
  const { id, status, title, flowName, flowVersion, mode, dryRun, error, createdAt } = execution;
  return (
    <li className="relative px-3 py-2 hover:bg-muted/60">
      <div className="flex items-center gap-3">
        {selection && (
          // The whole row is the link: the box and what is around it stand above.
          <label className="relative z-10 -my-2 -ml-3 flex self-stretch py-2 pl-3">
            <input
              type="checkbox"
              className="size-4 self-center accent-primary"
              aria-label={t('select', { title })}
              checked={selection.isTicked}
              onChange={(event) => selection.onTick(event.target.checked)}
            />
          </label>
        )}
        <StateIcon
          status={status}
          withLabel
          className="w-24 shrink-0 text-xs max-sm:w-auto max-sm:[&>span]:sr-only"
        />
        <div className="flex min-w-0 flex-1 items-center gap-2">
          <Link
            to={`/executions/${id}`}
            data-list-item
            className="min-w-0 truncate rounded-sm font-medium after:absolute after:inset-0 focus-visible:after:rounded-md"
          >
            {title}
          </Link>
          {mode === 'test' && <Badge>{t(dryRun ? 'dryRun' : 'test')}</Badge>}
        </div>
        {showsFlow && (
          <span className="hidden w-48 truncate text-muted-foreground md:block" title={flowName}>
            {flowName}
            {flowVersion !== null && <span className="text-xs"> v{flowVersion}</span>}
          </span>
        )}
        <span className="hidden w-20 text-right text-xs text-muted-foreground tabular-nums sm:block">
          {durationOf(execution)}
        </span>
        <RelativeTime
          at={createdAt}
          className="w-28 text-right text-xs text-muted-foreground max-sm:w-auto"
        />
      </div>
      {error && (
        <div className={cn('mt-1 flex flex-wrap items-center gap-2', selection ? 'sm:pl-34' : 'sm:pl-27')}>
          <p className="min-w-0 flex-1 text-xs break-words text-destructive">{error.message}</p>
          {status === 'failed' && <WaysOut id={id} />}
        </div>
      )}
    </li>
  );
}

function WaysOut({ id }: { id: string }) {
  const { t } = useTranslation('executions');
  const navigate = useNavigate();
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason();
  const start = useMutation({
    mutationFn: (way: 'retry' | 'replay') =>
      api.post<{ executionId: string }>(`/api/v1/executions/${id}/${way}`),
    onSuccess: ({ executionId }, way) => {
      void client.invalidateQueries({ queryKey: keys.executions });
      toast.success(t(`${way}.done`), {
        action: { label: t('open'), onClick: () => void navigate(`/executions/${executionId}`) },
      });
    },
    onError: (error) => toast.error(errorText(error)),
  });
  return (
    <span className="relative flex gap-1">
      <Button
        size="sm"
        disabledReason={readOnlyReason}
        isBusy={start.isPending && start.variables === 'retry'}
        onClick={() => start.mutate('retry')}
      >
        <RotateCw aria-hidden />
        {t('retry')}
      </Button>
      <Button
        size="sm"
        variant="ghost"
        disabledReason={readOnlyReason}
        isBusy={start.isPending && start.variables === 'replay'}
        onClick={() => start.mutate('replay')}
      >
        <RotateCcw aria-hidden />
        {t('replay')}
      </Button>
    </span>
  );
}

function durationOf({ startedAt, finishedAt }: ExecutionSummary): string {
  if (!startedAt || !finishedAt) return '';
  return durationText(Date.parse(finishedAt) - Date.parse(startedAt));
}
