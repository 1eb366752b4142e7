import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { FailureGroup, Failures } from '../../server/contract/shapes.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { RelativeTime } from '../ui/relative-time.tsx';

export type FailureGroupsProps = {
  failures: Failures;
  showsFlow: boolean;
  onShow(group: FailureGroup): void;
  onRetry(group: FailureGroup): void;
};

/** Why runs failed: how many with which error at which step, each with the way to see and to retry them. */
export function FailureGroups({ failures, showsFlow, onShow, onRetry }: FailureGroupsProps) {
  const { t } = useTranslation('executions');
  const readOnlyReason = useReadOnlyReason();
  return (
    <section aria-labelledby="failure-groups" className="mb-4">
      <h2 id="failure-groups" className="mb-1.5 font-medium">
        {t('groups')}
      </h2>
      <ul className={cn(cardStyle, 'divide-y divide-border')}>
        {failures.groups.map((group) => {
          const node = group.nodeName ?? group.nodeId;
          const names = { count: group.count, code: group.errorCode, node: node ?? '' };
          return (
            <li
              key={`${group.flowId} ${group.nodeId} ${group.errorCode}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2"
            >
              <div className="min-w-0 flex-1 basis-64">
                <p className="flex flex-wrap items-baseline gap-x-1.5">
                  <span className="font-medium tabular-nums">{group.count} ×</span>
                  <code className="text-xs break-all">{group.errorCode}</code>
                  <span>{node === null ? t('group.nowhere') : t('group.in', { node })}</span>
                  {showsFlow && <span className="text-muted-foreground">· {group.flowName}</span>}
                </p>
                <p className="line-clamp-2 text-xs break-words text-muted-foreground">
                  {group.message} · {t('group.last')} <RelativeTime at={group.lastAt} />
                </p>
              </div>
              <div className="flex gap-1">
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={t('group.showNamed', names)}
                  onClick={() => onShow(group)}
                >
                  {t('group.show')}
                </Button>
                <Button
                  size="sm"
                  aria-label={t('group.retryNamed', names)}
                  disabledReason={readOnlyReason}
                  onClick={() => onRetry(group)}
                >
                  <RotateCw aria-hidden />
                  {t('retry')}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
      {failures.isCapped && <p className="mt-1 text-xs text-muted-foreground">{t('groups.capped')}</p>}
    </section>
  );
}
