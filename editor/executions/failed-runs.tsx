import { ListVideo, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failures } from '../../server/contract/shapes.ts';
import { useExecutions, useFailures } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { walkList } from '../ui/list-keys.ts';
import { LoadMore } from '../ui/load-more.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { ExecutionRow } from './execution-row.tsx';
import { FailureGroups } from './failure-groups.tsx';
import { RetryDialog } from './retry-dialog.tsx';
import type { RetryTarget } from './use-bulk-retry.ts';
import { useFailureFilter } from './use-failure-filter.ts';

/** Runs ticked by hand, or all that the filter names. */
type Selection = 'all' | ReadonlySet<string>;

const NONE: Selection = new Set();

/** The dead letters: why runs failed, which, and retrying many of them at once. */
export function FailedRuns({ flowId }: { flowId: string | undefined }) {
  const { t } = useTranslation('executions');
  const { filter, code, node, period, change } = useFailureFilter(flowId);
  const executions = useExecutions({ ...filter, status: ['failed'] });
  const failures = useFailures(filter);
  const [selection, setSelection] = useState<Selection>(NONE);
  const [target, setTarget] = useState<RetryTarget | null>(null);
  const items = executions.items ?? [];
  const isNarrowed = code !== undefined || node !== undefined;
  const nodeName = failures.data?.groups.find(({ nodeId }) => nodeId === node)?.nodeName ?? node;

  const show = (changes: Parameters<typeof change>[0]) => {
    setSelection(NONE);
    change(changes);
  };
  const tick = (id: string, isTicked: boolean) => {
    const ids = new Set(selection === 'all' ? items.map((item) => item.id) : selection);
    if (isTicked) ids.add(id);
    else ids.delete(id);
    setSelection(ids);
  };

  if (executions.isPending) return <SkeletonList rows={8} className="h-9" />;
  if (executions.error)
    return <ErrorState error={executions.error} onRetry={() => void executions.refetch()} />;
  return (
    <>
      {isNarrowed && (
        <p className="mb-2 flex flex-wrap items-center gap-2">
          <span>{t('group.shown', { code: code ?? '', node: nodeName ? ` · ${nodeName}` : '' })}</span>
          <Button size="sm" variant="ghost" onClick={() => show({ code: null, node: null })}>
            {t('group.all')}
          </Button>
        </p>
      )}
      {items.length === 0 && (
        <EmptyState
          icon={ListVideo}
          title={t(isNarrowed || period ? 'empty.failedFiltered' : 'empty.failed')}
        />
      )}
      {!isNarrowed && failures.data && failures.data.groups.length > 0 && (
        <FailureGroups
          failures={failures.data}
          showsFlow={flowId === undefined}
          onShow={(group) =>
            show({
              code: group.errorCode,
              node: group.nodeId,
              ...(flowId === undefined && { flow: group.flowId }),
            })
          }
          onRetry={(group) =>
            setTarget({
              runs: {
                filter: {
                  ...filter,
                  flowId: group.flowId,
                  errorCode: group.errorCode,
                  ...(group.nodeId !== null && { nodeId: group.nodeId }),
                },
              },
              count: group.count,
              asOf: failures.data.asOf,
            })
          }
        />
      )}
      {items.length > 0 && failures.data && (
        <SelectionBar
          failures={failures.data}
          selection={selection}
          onSelectAll={(isAll) => setSelection(isAll ? 'all' : NONE)}
          onRetry={() => setTarget(targetOf(selection, filter, failures.data))}
        />
      )}
      {items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border overflow-hidden')} onKeyDown={walkList}>
          {items.map((execution) => (
            <ExecutionRow
              key={execution.id}
              execution={execution}
              showsFlow={flowId === undefined}
              selection={{
                isTicked: selection === 'all' || selection.has(execution.id),
                onTick: (isTicked) => tick(execution.id, isTicked),
              }}
            />
          ))}
        </ul>
      )}
      <LoadMore {...executions} />
      <RetryDialog target={target} onClose={() => setTarget(null)} onRetried={() => setSelection(NONE)} />
    </>
  );
}

function targetOf(
  selection: Selection,
  filter: ReturnType<typeof useFailureFilter>['filter'],
  { total, isCapped, asOf }: Failures,
): RetryTarget {
  return selection === 'all'
    ? { runs: { filter }, count: isCapped ? null : total, asOf }
    : { runs: { ids: [...selection] }, count: selection.size, asOf };
}

type SelectionBarProps = {
  failures: Failures;
  selection: Selection;
  onSelectAll(isAll: boolean): void;
  onRetry(): void;
};

function SelectionBar({ failures, selection, onSelectAll, onRetry }: SelectionBarProps) {
  const { t } = useTranslation('executions');
  const readOnlyReason = useReadOnlyReason();
  const { total, isCapped } = failures;
  const count = selection === 'all' ? total : selection.size;
  return (
    <div className="sticky top-0 z-20 mb-1 flex flex-wrap items-center gap-x-3 gap-y-1 bg-background px-3 py-1">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-primary"
          checked={selection === 'all'}
          ref={(box) => {
            if (box) box.indeterminate = selection !== 'all' && selection.size > 0;
          }}
          onChange={(event) => onSelectAll(event.target.checked)}
        />
        {t(isCapped ? 'select.capped' : 'select.all', { count: total })}
      </label>
      <span role="status" className="flex-1 text-xs text-muted-foreground">
        {count > 0 && t('selected', { count })}
      </span>
      <Button
        disabledReason={readOnlyReason ?? (count === 0 ? t('retrySelected.none') : undefined)}
        onClick={onRetry}
      >
        <RotateCw aria-hidden />
        {t('retrySelected')}
      </Button>
    </div>
  );
}
