import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxMedia, SandboxWorld, SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { Select } from '../ui/select.tsx';
import { CommentThread, Post } from './comment-thread.tsx';
import { PostMenu } from './follower-menu.tsx';
import { Scroller } from './scroller.tsx';
import { isDone, SendError } from './send-error.tsx';
import { commentsOn, threadsOf } from './timeline-views.ts';
import type { Sandbox } from './use-sandbox.ts';
import { WriteBox } from './write-box.tsx';
import type { Writing } from './writing.tsx';
import { WritingLine } from './writing.tsx';

export type PostTabProps = {
  sandbox: Sandbox;
  world: SandboxWorld;
  readOnlyReason: string | undefined;
  onShowMessages(): void;
};

/** The account's posts, one at a time, and what is written under them. */
export function PostTab({ sandbox, world, readOnlyReason, onShowMessages }: PostTabProps) {
  const { t } = useTranslation('sandbox');
  const { username, comment, act } = sandbox;
  const { media = [], items } = world;
  const [mediaId, setMediaId] = useState<string>();
  const [writing, setWriting] = useState<Writing | null>(null);
  const post = media.find(({ id }) => id === mediaId) ?? media[0];
  const threads = threadsOf(commentsOn(items, media, post?.id));
  const isClosed = post?.commentsAllowed === false && !isMention(writing);

  const send = async (text: string) => {
    const work = isMention(writing)
      ? act.mutateAsync({
          kind: 'mention',
          where: writing?.kind === 'caption_mention' ? 'caption' : 'comment',
          text,
        })
      : comment.mutateAsync({
          text,
          ...(writing?.kind === 'reply' && { parentId: writing.commentId }),
          ...(post && post.id !== media[0]?.id && { mediaId: post.id }),
        });
    const isSent = await isDone(work);
    if (isSent) setWriting(null);
    if (isSent && isMention(writing)) onShowMessages();
    return isSent;
  };

  return (
    <>
      {media.length > 0 && (
        <div className="px-3 pt-2">
          <Select
            aria-label={t('choosePost')}
            value={post?.id ?? ''}
            options={media.map((one) => ({ value: one.id, label: nameOf(one, t(`product.${one.product}`)) }))}
            onValueChange={(id) => {
              setMediaId(id);
              setWriting(null);
            }}
          />
        </div>
      )}
      <Scroller count={countOf(threads)} key={post?.id}>
        <Post
          username={world.account.username}
          {...(post && { product: post.product })}
          {...(post && post.id !== media[0]?.id && { caption: post.caption })}
        />
        <div aria-live="polite">
          <CommentThread
            threads={threads}
            answeredPrivately={answeredPrivately(items)}
            onReply={({ id, from }) => setWriting({ kind: 'reply', commentId: id, username: from.username })}
            onShowMessages={onShowMessages}
          />
        </div>
      </Scroller>
      <SendError error={comment.error ?? act.error} />
      {writing && <WritingLine writing={writing} onCancel={() => setWriting(null)} />}
      <WriteBox
        coach="comment-box"
        menu={readOnlyReason === undefined && <PostMenu onWrite={setWriting} />}
        label={t('comment', { username })}
        placeholder={isClosed ? t('commentsOff') : t('comment', { username })}
        maxLength={2_200}
        isBusy={comment.isPending}
        readOnlyReason={readOnlyReason ?? (isClosed ? t('commentsOff') : undefined)}
        onSend={send}
      />
    </>
  );
}

const isMention = (writing: Writing | null): boolean =>
  writing?.kind === 'mention' || writing?.kind === 'caption_mention';

const nameOf = ({ caption }: SandboxMedia, product: string): string => `${product}: ${caption}`;

const countOf = (threads: ReturnType<typeof threadsOf>): number =>
  threads.reduce((count, { replies }) => count + 1 + replies.length, 0);

/** Ids of the comments that were answered by message: a private reply names its comment as parent. */
const answeredPrivately = (items: readonly SandboxWorldItem[]): ReadonlySet<string> =>
  new Set(
    items.flatMap(({ isPrivateReply, parentId }) => (isPrivateReply && parentId !== null ? [parentId] : [])),
  );
