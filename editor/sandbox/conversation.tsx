import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SandboxActivity, SandboxPart, SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { cn } from '../ui/cn.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { MessageMenu } from './message-menu.tsx';
import { MessageParts } from './message-parts.tsx';
import type { ConversationEntry } from './timeline-views.ts';
import type { FollowerAct } from './use-sandbox.ts';

export type ConversationProps = {
  entries: readonly ConversationEntry[];
  username: string;
  presence: { isTyping: boolean; hasSeen: boolean };
  readOnlyReason: string | undefined;
  onAct(act: FollowerAct): void;
  onEdit(message: SandboxWorldItem): void;
};

/** Direct messages, both ways; the follower's at the right, as on their phone. */
export function Conversation(props: ConversationProps) {
  const { entries, username, presence, readOnlyReason, onAct } = props;
  const { t } = useTranslation('sandbox');
  if (entries.length === 0) {
    return <p className="px-3 py-8 text-center text-muted-foreground">{t('noMessages', { username })}</p>;
  }
  const last = entries.findLast(({ kind }) => kind === 'message');
  const replies = last?.kind === 'message' ? quickRepliesOf(last.message) : [];
  return (
    <>
      <ol aria-label={t('messages')} className="flex flex-col gap-2 px-3 py-3">
        {entries.map((entry) =>
          entry.kind === 'message' ? (
            <li
              key={entry.message.id}
              className="flex animate-appear flex-col"
              data-author={entry.message.author}
            >
              <Message {...props} message={entry.message} />
            </li>
          ) : (
            <li key={entry.activity.id} className="animate-appear">
              <Activity activity={entry.activity} />
            </li>
          ),
        )}
      </ol>
      {presence.hasSeen && (
        <p className="-mt-2 px-3 pb-2 text-right text-[11px] text-muted-foreground">{t('seen')}</p>
      )}
      {presence.isTyping && <p className="px-3 pb-3 text-xs text-muted-foreground">{t('typing')}</p>}
      {last?.kind === 'message' && replies.length > 0 && (
        <ul aria-label={t('quickReplies')} className="flex flex-wrap justify-end gap-1.5 px-3 pb-3">
          {replies.map(({ title, payload }) => (
            <li key={`${title}/${payload}`}>
              <button
                type="button"
                title={readOnlyReason}
                aria-disabled={readOnlyReason !== undefined || undefined}
                onClick={() =>
                  readOnlyReason === undefined &&
                  onAct({ kind: 'quick_reply', messageId: last.message.id, payload })
                }
                className="rounded-full border border-primary px-3 py-1 text-xs font-medium text-primary hover:bg-accent"
              >
                {title}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Message({
  message,
  readOnlyReason,
  onAct,
  onEdit,
}: ConversationProps & { message: SandboxWorldItem }) {
  const { t } = useTranslation('sandbox');
  const isTheirs = message.author === 'follower';
  const note = noteOf(message.attachments);
  const reactions = message.attachments.filter((part) => part.type === 'reaction');
  const isEdited = message.attachments.some(({ type }) => type === 'edited');
  return (
    <div className={cn('flex max-w-full gap-0.5', isTheirs ? 'flex-row-reverse self-end' : 'self-start')}>
      <div className={cn('flex max-w-64 min-w-0 flex-col gap-0.5', isTheirs ? 'items-end' : 'items-start')}>
        {message.isPrivateReply && (
          <span className="flex items-center gap-1 text-xs text-category-instagram">
            <Lock className="size-3" aria-hidden />
            {t('privateReply')}
          </span>
        )}
        {note && <span className="text-xs text-muted-foreground">{t(note)}</span>}
        {message.text && (
          <p
            className={cn(
              'max-w-full rounded-2xl px-3 py-1.5 break-words whitespace-pre-wrap',
              isTheirs ? 'rounded-br-md bg-primary text-primary-foreground' : 'rounded-bl-md bg-muted',
            )}
          >
            {message.text}
          </p>
        )}
        <MessageParts
          parts={message.attachments}
          readOnlyReason={readOnlyReason}
          onTap={(payload) => onAct({ kind: 'button', messageId: message.id, payload })}
        />
        {reactions.length > 0 && (
          <span className="flex gap-1">
            {reactions.map(({ by, emoji }) => (
              <span
                key={by}
                role="img"
                aria-label={t(by === 'account' ? 'reactedAccount' : 'reactedFollower', { emoji })}
                className="-mt-1 rounded-full border border-border bg-card px-1.5 text-sm shadow-raised"
              >
                {emoji}
              </span>
            ))}
          </span>
        )}
        <span className="text-[11px] text-muted-foreground">
          <span className="sr-only">{message.from.username} </span>
          <RelativeTime at={message.at} />
          {isEdited && ` · ${t('edited')}`}
        </span>
      </div>
      {readOnlyReason === undefined && (
        <MessageMenu message={message} onAct={onAct} onEdit={() => onEdit(message)} />
      )}
    </div>
  );
}

function Activity({ activity }: { activity: SandboxActivity }) {
  const { t } = useTranslation('sandbox');
  return (
    <p className="text-center text-xs text-muted-foreground">
      {t(`activity.${activity.kind}`, { username: activity.username, text: activity.text })}
    </p>
  );
}

type Note = 'note.story_reply' | 'note.story_mention' | 'note.quick_reply' | 'note.postback';

/** How the message came about, where it was not simply written. */
function noteOf(parts: readonly SandboxPart[]): Note | undefined {
  for (const { type } of parts) {
    if (type === 'story_reply' || type === 'story_mention' || type === 'quick_reply' || type === 'postback') {
      return `note.${type}`;
    }
  }
  return undefined;
}

function quickRepliesOf({ attachments }: SandboxWorldItem) {
  return attachments.flatMap((part) => (part.type === 'quick_replies' ? part.replies : []));
}
