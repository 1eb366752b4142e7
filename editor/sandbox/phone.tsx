import { CornerDownRight, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxItem } from '../../server/contract/shapes.ts';
import { errorText } from '../api/client.ts';
import { ModelBadge } from '../app/model-badge.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { ErrorState } from '../ui/error-state.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { CommentThread, Post } from './comment-thread.tsx';
import { Conversation } from './conversation.tsx';
import { FollowerPicker } from './follower-picker.tsx';
import { conversationOf, followersOf, threadsOf } from './timeline-views.ts';
import { useSandbox } from './use-sandbox.ts';
import { WriteBox } from './write-box.tsx';

export type SandboxPhoneProps = { className?: string; onClose?: () => void };

/** A follower's phone: write a comment or a message to the sandbox account and see what it answers. */
export function SandboxPhone({ className, onClose }: SandboxPhoneProps) {
  const { t } = useTranslation('sandbox');
  const { timeline, username, chooseUsername, comment, message } = useSandbox();
  const readOnlyReason = useReadOnlyReason();
  const [tab, setTab] = useState('post');
  const [parent, setParent] = useState<SandboxItem | null>(null);
  const items = timeline.data?.items ?? [];
  const threads = threadsOf(items);
  const messages = conversationOf(items, username);
  const unread = useUnread(messages, timeline.data !== undefined, tab === 'messages');

  const send = async (work: Promise<unknown>) => {
    try {
      await work;
      return true;
    } catch {
      return false;
    }
  };

  return (
    <aside
      aria-label={t('title')}
      className={cn(
        'flex h-full w-88 shrink-0 flex-col items-center border-l border-border bg-muted/50 p-3',
        className,
      )}
    >
      <div className="flex max-h-184 min-h-0 w-full flex-1 max-w-84 flex-col overflow-hidden rounded-3xl border-4 border-foreground/75 bg-card shadow-raised">
        <header className="flex items-center gap-1 pt-2 pr-2 pl-3">
          <h2 className="text-sm font-semibold">{t('title')}</h2>
          <div className="flex-1" />
          <FollowerPicker username={username} known={followersOf(items)} onChoose={chooseUsername} />
          {onClose && (
            <IconButton label={t('close')} className="size-7" onClick={onClose}>
              <X aria-hidden />
            </IconButton>
          )}
        </header>
        {timeline.error && !timeline.data ? (
          <ErrorState error={timeline.error} onRetry={() => timeline.refetch()} />
        ) : (
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
            <TabsContent
              value="post"
              tabIndex={-1}
              className="flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden"
            >
              <Scroller count={countOf(threads)}>
                {timeline.data ? (
                  <>
                    <Post username={timeline.data.account.username} />
                    <div aria-live="polite">
                      <CommentThread
                        threads={threads}
                        answeredPrivately={answeredPrivately(items)}
                        onReply={setParent}
                        onShowMessages={() => setTab('messages')}
                      />
                    </div>
                  </>
                ) : (
                  <Loading />
                )}
              </Scroller>
              <SendError error={comment.error} />
              {parent && <ReplyingTo username={parent.from.username} onCancel={() => setParent(null)} />}
              <WriteBox
                coach="comment-box"
                label={t('comment', { username })}
                placeholder={t('comment', { username })}
                maxLength={2_200}
                isBusy={comment.isPending}
                readOnlyReason={readOnlyReason}
                onSend={async (text) => {
                  const isSent = await send(
                    comment.mutateAsync({ text, ...(parent && { parentId: parent.id }) }),
                  );
                  if (isSent) setParent(null);
                  return isSent;
                }}
              />
            </TabsContent>
            <TabsContent
              value="messages"
              tabIndex={-1}
              className="flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden"
            >
              <Scroller count={messages.length}>
                <div aria-live="polite">
                  {timeline.data ? <Conversation messages={messages} username={username} /> : <Loading />}
                </div>
              </Scroller>
              <SendError error={message.error} />
              <WriteBox
                label={t('message', { username })}
                placeholder={t('message', { username })}
                maxLength={1_000}
                isBusy={message.isPending}
                readOnlyReason={readOnlyReason}
                onSend={(text) => send(message.mutateAsync(text))}
              />
            </TabsContent>
          </Tabs>
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

/** Keeps the newest in view when something is added. */
function Scroller({ count, children }: { count: number; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<number>(undefined);
  useEffect(() => {
    const isAdded = shown.current !== undefined && count > shown.current;
    shown.current = count;
    if (isAdded) box.current?.scrollTo?.({ top: box.current.scrollHeight, behavior: 'smooth' });
  }, [count]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keyboard needs the focus here.
    <div ref={box} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2">
      {children}
    </div>
  );
}

function SendError({ error }: { error: unknown }) {
  return (
    <div role="alert">
      {Boolean(error) && (
        <p className="border-t border-border px-3 py-1.5 text-xs text-destructive">{errorText(error)}</p>
      )}
    </div>
  );
}

function ReplyingTo({ username, onCancel }: { username: string; onCancel(): void }) {
  const { t } = useTranslation('sandbox');
  return (
    <p className="flex items-center gap-1 border-t border-border px-3 pt-1 text-xs text-muted-foreground">
      <CornerDownRight className="size-3.5" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{t('replyingTo', { username })}</span>
      <IconButton label={t('cancelReply')} className="size-6" onClick={onCancel}>
        <X aria-hidden />
      </IconButton>
    </p>
  );
}

/** How many of the account's messages came since the tab was last open; those of before the phone opened are read. */
function useUnread(messages: readonly SandboxItem[], isLoaded: boolean, isOpen: boolean): number {
  const received = messages.filter(({ author }) => author === 'account').length;
  const [read, setRead] = useState<number>();
  if (isLoaded && read !== received && (read === undefined || isOpen)) setRead(received);
  return isOpen || read === undefined ? 0 : Math.max(0, received - read);
}

const countOf = (threads: ReturnType<typeof threadsOf>): number =>
  threads.reduce((count, { replies }) => count + 1 + replies.length, 0);

/** Ids of the comments that were answered by message: a private reply names its comment as parent. */
const answeredPrivately = (items: readonly SandboxItem[]): ReadonlySet<string> =>
  new Set(
    items.flatMap(({ isPrivateReply, parentId }) => (isPrivateReply && parentId !== null ? [parentId] : [])),
  );
