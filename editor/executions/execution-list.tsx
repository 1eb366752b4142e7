import { ListVideo } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { ExecutionSummary } from '../../server/contract/shapes.ts';
import { useExecutions } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { walkList } from '../ui/list-keys.ts';
import { LoadMore } from '../ui/load-more.tsx';
import { Select } from '../ui/select.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { ExecutionRow } from './execution-row.tsx';
import { FailedRuns } from './failed-runs.tsx';
import { readStatus } from './statuses.ts';
import { PERIODS, useFailureFilter } from './use-failure-filter.ts';

export type ExecutionListProps = {
  /** Only of this flow. */
  flowId?: string;
  /** More filters, beside the one by state. */
  filters?: ReactNode;
};

const ALL = 'all';

/** Runs, newest first, live; the failed ones (dead letters) are a tab of their own. The filters stand in the address. */
export function ExecutionList({ flowId, filters }: ExecutionListProps) {
  const { t } = useTranslation('executions');
  const { t: ui } = useTranslation('ui');
  const [parameters, setParameters] = useSearchParams();
  const status = readStatus(parameters.get('status'));
  const isFailedTab = status === 'failed';
  const { period, change } = useFailureFilter(flowId);

  const setStatus = (value: string) =>
    setParameters((old) => {
      const next = new URLSearchParams(old);
      for (const name of ['status', 'code', 'node', 'period']) next.delete(name);
      if (value !== ALL) next.set('status', value);
      return next;
    });

  return (
    <Tabs value={isFailedTab ? 'failed' : ALL} onValueChange={setStatus}>
      <div className="flex flex-wrap items-end gap-2">
        <TabsList className="flex-1 max-sm:basis-full">
          <TabsTrigger value={ALL}>{t('tab.all')}</TabsTrigger>
          <TabsTrigger value="failed">{t('tab.failed')}</TabsTrigger>
        </TabsList>
        {filters}
        {isFailedTab ? (
          <Select
            aria-label={t('filter.period')}
            className="w-40 max-sm:w-auto max-sm:flex-1"
            value={period ?? ALL}
            onValueChange={(value) => change({ period: PERIODS.find((known) => known === value) ?? null })}
            options={[
              { value: ALL, label: t('period.any') },
              ...PERIODS.map((value) => ({ value, label: t(`period.${value}`) })),
            ]}
          />
        ) : (
          <Select
            aria-label={t('filter.status')}
            className="w-40 max-sm:w-auto max-sm:flex-1"
            value={status ?? ALL}
            onValueChange={setStatus}
            options={[
              { value: ALL, label: t('filter.anyStatus') },
              ...SELECTABLE.map((value) => ({ value, label: ui(`state.${value}`) })),
            ]}
          />
        )}
      </div>
      {isFailedTab && <p className="mt-2 text-muted-foreground">{t('failedHelp')}</p>}
      <TabsContent value="failed" tabIndex={-1} className="mt-3">
        <FailedRuns flowId={flowId} />
      </TabsContent>
      <TabsContent value={ALL} tabIndex={-1} className="mt-3">
        <AllRuns flowId={flowId} status={status} onClear={() => setStatus(ALL)} />
      </TabsContent>
    </Tabs>
  );
}

const SELECTABLE: ExecutionSummary['status'][] = ['queued', 'running', 'waiting', 'succeeded', 'cancelled'];

type AllRunsProps = {
  flowId: string | undefined;
  status: ExecutionSummary['status'] | undefined;
  onClear(): void;
};

function AllRuns({ flowId, status, onClear }: AllRunsProps) {
  const executions = useExecutions({ ...(flowId && { flowId }), ...(status && { status: [status] }) });
  return (
    <>
      {executions.isPending && <SkeletonList rows={8} className="h-9" />}
      {executions.error && <ErrorState error={executions.error} onRetry={() => executions.refetch()} />}
      {executions.items?.length === 0 && (
        <EmptyExecutions isFiltered={status !== undefined} onClear={onClear} />
      )}
      {executions.items && executions.items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border overflow-hidden')} onKeyDown={walkList}>
          {executions.items.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} showsFlow={flowId === undefined} />
          ))}
        </ul>
      )}
      <LoadMore {...executions} />
    </>
  );
}

type EmptyProps = { isFiltered: boolean; onClear(): void };

function EmptyExecutions({ isFiltered, onClear }: EmptyProps) {
  const { t } = useTranslation('executions');
  if (isFiltered) {
    return (
      <EmptyState
        icon={ListVideo}
        title={t('empty.filtered')}
        action={<Button onClick={onClear}>{t('clear')}</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={ListVideo}
      title={t('empty.title')}
      action={
        <Button asChild variant="primary">
          <Link to="/flows">{t('empty.action')}</Link>
        </Button>
      }
    >
      {t('empty.text')}
    </EmptyState>
  );
}
