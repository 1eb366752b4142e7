import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SandboxItem } from '../../server/contract/shapes.ts';
import { cn } from '../ui/cn.ts';
import { RelativeTime } from '../ui/relative-time.tsx';

/** Direct messages, both ways; the follower's at the right, as on their phone. */
export function Conversation({ messages, username }: { messages: readonly SandboxItem[]; username: string }) {
  const { t } = useTranslation('sandbox');
  if (messages.length === 0) {
    return <p className="px-3 py-8 text-center text-muted-foreground">{t('noMessages', { username })}</p>;
  }
  return (
    <ol aria-label={t('messages')} className="flex flex-col gap-2 px-3 py-3">
      {messages.map((message) => (
        <li key={message.id} className="flex animate-appear flex-col" data-author={message.author}>
          <Message message={message} />
        </li>
      ))}
    </ol>
  );
}

function Message({ message }: { message: SandboxItem }) {
  const { t } = useTranslation('sandbox');
  const isTheirs = message.author === 'follower';
  return (
    <div
      className={cn(
        'flex max-w-[85%] flex-col gap-0.5',
        isTheirs ? 'items-end self-end' : 'items-start self-start',
      )}
    >
      {message.isPrivateReply && (
        <span className="flex items-center gap-1 text-xs text-category-instagram">
          <Lock className="size-3" aria-hidden />
          {t('privateReply')}
        </span>
      )}
      <p
        className={cn(
          'rounded-2xl px-3 py-1.5 break-words whitespace-pre-wrap',
          isTheirs ? 'rounded-br-md bg-primary text-primary-foreground' : 'rounded-bl-md bg-muted',
        )}
      >
        {message.text || (message.attachments.length > 0 ? t('attachment') : '')}
      </p>
      <span className="text-[11px] text-muted-foreground">
        <span className="sr-only">{message.from.username} </span>
        <RelativeTime at={message.at} />
      </span>
    </div>
  );
}
