import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bell } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Notification, NotificationPage } from '../../server/contract/notifications.ts';
import { api } from '../api/client.ts';
import { keys, useCan } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Popover, PopoverContent, PopoverTrigger } from '../ui/popover.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';

/** As many as a person looks through. */
const SHOWN = 20;

/** What happened that people have to know, with how much of it nobody has read. Live by the workspace's topic. */
export function NotificationBell({ className }: { className: string }) {
  const { t } = useTranslation('notifications');
  const [isOpen, setIsOpen] = useState(false);
  const { data } = useQuery({
    queryKey: keys.notifications,
    queryFn: ({ signal }) => api.get<NotificationPage>(`/api/v1/notifications?limit=${SHOWN}`, { signal }),
  });
  const unread = data?.unread ?? 0;
  return (
    <Popover open={isOpen} onOpenChange={setIsOpen}>
      <PopoverTrigger className={className}>
        <Bell aria-hidden />
        <span className="max-w-full truncate">{t('title')}</span>
        {unread > 0 && (
          <span className="absolute top-0.5 right-1/2 flex h-4 min-w-4 translate-x-5 items-center justify-center rounded-full bg-primary px-1 text-[10px] font-semibold text-primary-foreground tabular-nums">
            {unread > 99 ? '99+' : unread}
            <span className="sr-only"> {t('unread')}</span>
          </span>
        )}
      </PopoverTrigger>
      <PopoverContent
        side="right"
        align="end"
        aria-label={t('title')}
        className="flex max-h-[min(70dvh,32rem)] w-88 max-w-[calc(100vw-1rem)] flex-col p-0"
      >
        <NotificationList items={data?.items ?? []} unread={unread} onLeave={() => setIsOpen(false)} />
      </PopoverContent>
    </Popover>
  );
}

type ListProps = { items: Notification[]; unread: number; onLeave(): void };

function NotificationList({ items, unread, onLeave }: ListProps) {
  const { t } = useTranslation('notifications');
  const client = useQueryClient();
  const canRead = useCan('editor');
  const read = useMutation({
    mutationFn: (path: string) => api.post(`/api/v1/notifications/${path}`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.notifications }),
  });
  return (
    <>
      <header className="flex items-center justify-between gap-2 border-b border-border px-3 py-2">
        <h2 className="font-medium">{t('title')}</h2>
        {canRead && unread > 0 && (
          <Button size="sm" variant="ghost" onClick={() => read.mutate('read-all')}>
            {t('readAll')}
          </Button>
        )}
      </header>
      {items.length === 0 && <p className="px-3 py-6 text-center text-muted-foreground">{t('empty')}</p>}
      <ul className="min-h-0 flex-1 divide-y divide-border overflow-y-auto">
        {items.map((item) => (
          <li key={item.id} className="flex gap-2 px-3 py-2.5">
            <span
              className={cn('mt-1.5 size-2 shrink-0 rounded-full', item.readAt === null && 'bg-primary')}
              aria-hidden
            />
            <div className="min-w-0 flex-1">
              <p className={cn('break-words', item.readAt === null && 'font-medium')}>
                {item.link ? (
                  <Link
                    to={item.link}
                    className="hover:underline"
                    onClick={() => {
                      if (canRead && item.readAt === null) read.mutate(`${item.id}/read`);
                      onLeave();
                    }}
                  >
                    {item.title}
                  </Link>
                ) : (
                  item.title
                )}
                {item.readAt === null && <span className="sr-only"> ({t('unread')})</span>}
              </p>
              {item.text && <p className="text-xs break-words text-muted-foreground">{item.text}</p>}
              <RelativeTime at={item.createdAt} className="text-xs text-muted-foreground" />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
