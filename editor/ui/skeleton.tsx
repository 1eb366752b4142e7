import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { cn } from './cn.ts';

/** A grey place for what is on its way. Give it the size of that. */
export function Skeleton({ className, ...rest }: ComponentProps<'div'>) {
  return <div aria-hidden className={cn('animate-pulse rounded-md bg-muted', className)} {...rest} />;
}

/** Rows of a list that is loading. */
export function SkeletonList({ rows = 6, className }: { rows?: number; className?: string }) {
  const { t } = useTranslation('ui');
  return (
    <div role="status" className="flex flex-col gap-2">
      <span className="sr-only">{t('loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are all alike.
        <Skeleton key={row} className={cn('h-12', className)} />
      ))}
    </div>
  );
}
