import { EyeOff, Heart, MessageCircle, Reply, Send, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SandboxMedia, SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { Badge } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { Avatar } from './avatar.tsx';
import { PostPicture } from './post-picture.tsx';
import type { Thread } from './timeline-views.ts';

export type PostProps = { username: string; product?: SandboxMedia['product']; caption?: string };

/** One of the account's posts. */
export function Post({ username, product = 'FEED', caption }: PostProps) {
  const { t } = useTranslation('sandbox');
  return (
    <article aria-label={t('post')}>
      <header className="flex items-center gap-2 px-3 py-2">
        <Avatar username={username} />
        <span className="truncate font-medium">{username}</span>
        {product !== 'FEED' && <Badge>{t(`product.${product}`)}</Badge>}
      </header>
      <PostPicture label={t('picture')} />
      <div className="flex gap-3 px-3 pt-2 text-muted-foreground [&_svg]:size-5" aria-hidden>
        <Heart />
        <MessageCircle />
        <Send />
      </div>
      <p className="px-3 pt-1 pb-2">
        <span className="font-semibold">{username}</span> {caption ?? t('caption')}
      </p>
    </article>
  );
}

export type CommentThreadProps = {
  threads: readonly Thread[];
  /** Ids of the comments that got a private reply. */
  answeredPrivately: ReadonlySet<string>;
  onShowMessages(): void;
  onReply(comment: SandboxWorldItem): void;
};

/** Comments under the post, with the public replies below each. */
export function CommentThread({ threads, answeredPrivately, onReply, onShowMessages }: CommentThreadProps) {
  const { t } = useTranslation('sandbox');
  if (threads.length === 0)
    return <p className="px-3 py-4 text-center text-muted-foreground">{t('noComments')}</p>;
  return (
    <ol aria-label={t('comments')} className="flex flex-col gap-3 px-3 py-3">
      {threads.map(({ comment, replies }) => (
        <li key={comment.id}>
          <Comment item={comment} onReply={() => onReply(comment)} />
          {answeredPrivately.has(comment.id) && (
            <button
              type="button"
              onClick={onShowMessages}
              className="mt-1 ml-9 flex items-center gap-1 rounded-sm text-xs text-category-instagram hover:underline"
            >
              <Send className="size-3" aria-hidden />
              {t('answeredPrivately')}
            </button>
          )}
          {replies.length > 0 && (
            <ol className="mt-2 flex flex-col gap-2 pl-9">
              {replies.map((reply) => (
                <li key={reply.id}>
                  <Comment item={reply} />
                </li>
              ))}
            </ol>
          )}
        </li>
      ))}
    </ol>
  );
}

function Comment({ item, onReply }: { item: SandboxWorldItem; onReply?: () => void }) {
  const { t } = useTranslation('sandbox');
  const isOurs = item.author === 'account';
  if (item.deleted) {
    return (
      <p className="flex items-center gap-1 text-xs text-muted-foreground italic">
        <Trash2 className="size-3" aria-hidden />
        {t('deleted', { username: item.from.username })}
      </p>
    );
  }
  return (
    <div className="flex animate-appear gap-2" data-author={item.author}>
      <Avatar
        username={item.from.username}
        className={isOurs ? 'ring-2 ring-primary ring-offset-1 ring-offset-card' : ''}
      />
      <div className="min-w-0 flex-1">
        <p className={cn('break-words', item.hidden && 'text-muted-foreground italic')}>
          <span className="font-semibold not-italic">{item.from.username}</span> {item.text}
        </p>
        <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted-foreground">
          <RelativeTime at={item.at} />
          {isOurs && <span className="font-medium text-primary">{t('automatic')}</span>}
          {item.hidden && (
            <span className="flex items-center gap-1">
              <EyeOff className="size-3" aria-hidden />
              {t('hidden')}
            </span>
          )}
          {onReply && (
            <button
              type="button"
              onClick={onReply}
              className="flex items-center gap-0.5 rounded-sm hover:text-foreground"
              aria-label={t('replyTo', { username: item.from.username })}
            >
              <Reply className="size-3" aria-hidden />
              {t('reply')}
            </button>
          )}
        </p>
      </div>
    </div>
  );
}
