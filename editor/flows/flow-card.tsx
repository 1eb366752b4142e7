import { CirclePause, CirclePlay, Copy, Download, EllipsisVertical, SquarePen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { FlowSummary } from '../../server/contract/shapes.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { Switch } from '../ui/switch.tsx';
import { useFlowActions } from './flow-actions.ts';
import { TriggerIcons } from './trigger-icons.tsx';
import { useFlowPause } from './use-flow-pause.ts';

/** A flow in the list: what starts it, whether it is on, how it does today. */
export function FlowCard({ flow }: { flow: FlowSummary }) {
  const { t } = useTranslation('flows');
  const { setPublished } = useFlowActions();
  const readOnlyReason = useReadOnlyReason();
  const isOn = flow.status === 'published';
  return (
    <li
      className={cn(
        cardStyle,
        'relative flex flex-col gap-3 p-4 transition-colors duration-100 hover:border-input',
      )}
    >
      <div className="flex items-start gap-3">
        <TriggerIcons types={flow.triggers} />
        <div className="flex-1" />
        <Switch
          className="z-10 mt-1"
          aria-label={t('switch', { name: flow.name })}
          checked={setPublished.isPending ? setPublished.variables.isOn : isOn}
          disabled={setPublished.isPending}
          disabledReason={readOnlyReason}
          onCheckedChange={(isOn) => setPublished.mutate({ flow, isOn })}
        />
        <FlowMenu flow={flow} readOnlyReason={readOnlyReason} />
      </div>
      <div className="min-w-0">
        <h2 className="flex items-center gap-2 font-medium">
          <Link
            to={`/flows/${flow.id}`}
            data-list-item
            className="min-w-0 truncate rounded-sm after:absolute after:inset-0 after:rounded-lg"
          >
            {flow.name}
          </Link>
          {isOn && flow.hasUnpublishedChanges && <Badge tone="warning">{t('changed')}</Badge>}
        </h2>
        {flow.pausedAt && (
          <p className="mt-1 flex items-center gap-1.5 text-xs font-medium text-state-waiting">
            <CirclePause className="size-4 shrink-0" aria-hidden />
            {t('pausedWith', { count: flow.queuedExecutions })}
          </p>
        )}
        <p className="mt-0.5 line-clamp-2 min-h-10 text-muted-foreground">{flow.description}</p>
      </div>
      <dl className="mt-auto flex gap-4 border-t border-border pt-2.5 text-xs text-muted-foreground">
        <Figure name={t('runsToday')}>{flow.runsToday < 10_000 ? flow.runsToday : '10,000+'}</Figure>
        <Figure name={t('failures')} isBad={flow.failuresToday > 0}>
          {flow.failuresToday}
        </Figure>
        <div className="ml-auto text-right">
          <dt>{t('lastRun')}</dt>
          <dd className="text-foreground">
            {flow.lastRunAt ? <RelativeTime at={flow.lastRunAt} /> : t('never')}
          </dd>
        </div>
      </dl>
    </li>
  );
}

function Figure({
  name,
  isBad = false,
  children,
}: {
  name: string;
  isBad?: boolean;
  children: number | string;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={cn('font-medium tabular-nums', isBad ? 'text-destructive' : 'text-foreground')}>
        {children}
      </dd>
    </div>
  );
}

function FlowMenu({ flow, readOnlyReason }: { flow: FlowSummary; readOnlyReason: string | undefined }) {
  const { t } = useTranslation('flows');
  const navigate = useNavigate();
  const { duplicateFlow, exportFlow, deleteFlow } = useFlowActions();
  const { setPaused } = useFlowPause();
  const [isAsking, setIsAsking] = useState(false);
  const isPaused = flow.pausedAt !== null;
  const pauseHelp = flow.status === 'published' ? readOnlyReason : t('pauseHelp');
  const isReadOnly = readOnlyReason !== undefined;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <IconButton label={t('menu', { name: flow.name })} className="z-10 -mt-0.5 -mr-2 size-7">
            <EllipsisVertical aria-hidden />
          </IconButton>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem
            icon={<SquarePen aria-hidden />}
            onSelect={() => void navigate(`/flows/${flow.id}`)}
          >
            {t('open')}
          </DropdownMenuItem>
          <DropdownMenuItem
            icon={<Copy aria-hidden />}
            disabled={isReadOnly}
            title={readOnlyReason}
            onSelect={() => duplicateFlow(flow.id)}
          >
            {t('duplicate')}
          </DropdownMenuItem>
          <DropdownMenuItem
            icon={isPaused ? <CirclePlay aria-hidden /> : <CirclePause aria-hidden />}
            disabled={pauseHelp !== undefined}
            title={pauseHelp}
            onSelect={() => setPaused({ id: flow.id, isPaused: !isPaused })}
          >
            {t(isPaused ? 'resume' : 'pause')}
          </DropdownMenuItem>
          <DropdownMenuItem icon={<Download aria-hidden />} onSelect={() => exportFlow(flow.id)}>
            {t('export')}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem
            icon={<Trash2 aria-hidden />}
            isDangerous
            disabled={isReadOnly}
            title={readOnlyReason}
            onSelect={() => setIsAsking(true)}
          >
            {t('delete')}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('delete.title', { name: flow.name })}
        description={t('delete.text')}
        confirmLabel={t('delete.confirm')}
        isBusy={deleteFlow.isPending}
        onConfirm={() => deleteFlow.mutate(flow, { onSettled: () => setIsAsking(false) })}
      />
    </>
  );
}
