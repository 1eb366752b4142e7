import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { ModelBadge } from '../app/model-badge.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { ErrorState } from '../ui/error-state.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { FollowerPicker } from './follower-picker.tsx';
import { MessagesTab } from './messages-tab.tsx';
import { MoodMenu } from './mood-menu.tsx';
import { PhoneElement } from './phone-menu.tsx';
import { PostTab } from './post-tab.tsx';
import { conversationOf, followersOf } from './timeline-views.ts';
import { useSandbox } from './use-sandbox.ts';

export type SandboxPhoneProps = { className?: string; onClose?: () => void };

const TAB = 'flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden';

/** A follower's phone: do what a follower can do to the sandbox account and see what it answers. */
export function SandboxPhone({ className, onClose }: SandboxPhoneProps) {
  const { t } = useTranslation('sandbox');
  const sandbox = useSandbox();
  const { timeline, username, chooseUsername, setMoods } = sandbox;
  const readOnlyReason = useReadOnlyReason();
  const [tab, setTab] = useState('post');
  const [element, setElement] = useState<HTMLElement | null>(null);
  const world = timeline.data;
  const items = world?.items ?? [];
  const messages = conversationOf(items, username);
  const unread = useUnread(messages, world !== undefined, tab === 'messages');

  return (
    <aside
      ref={setElement}
      aria-label={t('title')}
      className={cn(
        'flex h-full w-88 shrink-0 flex-col items-center border-l border-border bg-muted/50 p-3',
        className,
      )}
    >
      <div className="flex max-h-184 min-h-0 w-full flex-1 max-w-84 flex-col overflow-hidden rounded-3xl border-4 border-foreground/75 bg-card shadow-raised">
        <header className="flex items-center gap-1 pt-2 pr-2 pl-3">
          <h2 className="truncate text-sm font-semibold">{t('title')}</h2>
          <div className="flex-1" />
          <FollowerPicker username={username} known={followersOf(items)} onChoose={chooseUsername} />
          {world?.moods && (
            <MoodMenu moods={world.moods} readOnlyReason={readOnlyReason} onChange={setMoods.mutate} />
          )}
          {onClose && (
            <IconButton label={t('close')} className="size-7" onClick={onClose}>
              <X aria-hidden />
            </IconButton>
          )}
        </header>
        {timeline.error && !world ? (
          <ErrorState error={timeline.error} onRetry={() => timeline.refetch()} />
        ) : (
          <PhoneElement value={element}>
            <Tabs value={tab} onValueChange={setTab} className="flex min-h-0 flex-1 flex-col">
              <TabsList className="px-2">
                <TabsTrigger value="post">{t('tab.post')}</TabsTrigger>
                <TabsTrigger value="messages">
                  {t('tab.messages')}
                  {unread > 0 && (
                    <Badge tone="accent">
                      {unread}
                      <span className="sr-only">{t('unread')}</span>
                    </Badge>
                  )}
                </TabsTrigger>
              </TabsList>
              <TabsContent value="post" tabIndex={-1} className={TAB}>
                {world ? (
                  <PostTab
                    sandbox={sandbox}
                    world={world}
                    readOnlyReason={readOnlyReason}
                    onShowMessages={() => setTab('messages')}
                  />
                ) : (
                  <Loading />
                )}
              </TabsContent>
              <TabsContent value="messages" tabIndex={-1} className={TAB}>
                {world ? (
                  <MessagesTab
                    key={username}
                    sandbox={sandbox}
                    world={world}
                    messages={messages}
                    readOnlyReason={readOnlyReason}
                  />
                ) : (
                  <Loading />
                )}
              </TabsContent>
            </Tabs>
          </PhoneElement>
        )}
      </div>
      <ModelBadge className="pt-2" />
    </aside>
  );
}

function Loading() {
  return (
    <div className="p-3">
      <SkeletonList rows={3} />
    </div>
  );
}

/** How many of the account's messages came since the tab was last open; those of before the phone opened are read. */
function useUnread(messages: readonly SandboxWorldItem[], isLoaded: boolean, isOpen: boolean): number {
  const received = messages.filter(({ author }) => author === 'account').length;
  const [read, setRead] = useState<number>();
  if (isLoaded && read !== received && (read === undefined || isOpen)) setRead(received);
  return isOpen || read === undefined ? 0 : Math.max(0, received - read);
}
