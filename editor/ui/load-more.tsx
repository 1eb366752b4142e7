import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

export type LoadMoreProps = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown };

/** The end of a paged list: loads the next page when it comes into view, or when pressed. */
export function LoadMore({ hasNextPage, isFetchingNextPage, fetchNextPage }: LoadMoreProps) {
  const { t } = useTranslation('ui');
  const end = useRef<HTMLDivElement>(null);
  const load = useEffectEvent(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  });
  useEffect(() => {
    if (!hasNextPage || !end.current || typeof IntersectionObserver === 'undefined') return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), {
      rootMargin: '200px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="flex justify-center py-2">
      <Button variant="ghost" isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {t('loadMore')}
      </Button>
    </div>
  );
}
