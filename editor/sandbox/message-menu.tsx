import { Ellipsis, Pencil, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { FOLLOWER_REACTIONS } from '../../server/contract/sandbox.ts';
import { DropdownMenuItem, DropdownMenuTrigger } from '../ui/dropdown-menu.tsx';
import { PhoneMenu } from './phone-menu.tsx';
import type { FollowerAct } from './use-sandbox.ts';

const REACTIONS = Object.entries(FOLLOWER_REACTIONS) as [keyof typeof FOLLOWER_REACTIONS, string][];

export type MessageMenuProps = {
  message: SandboxWorldItem;
  onAct(act: FollowerAct): void;
  onEdit(): void;
};

/** What a follower can do with a message: react to the account's, change or take back their own. */
export function MessageMenu({ message, onAct, onEdit }: MessageMenuProps) {
  const { t } = useTranslation('sandbox');
  const messageId = message.id;
  const hasReacted = message.attachments.some((part) => part.type === 'reaction' && part.by === 'follower');
  const isWritten =
    message.attachments.length === 0 || message.attachments.every(({ type }) => type === 'edited');
  const trigger = (
    <DropdownMenuTrigger
      aria-label={t('messageMenu', { text: message.text.slice(0, 40) })}
      className="flex size-6 shrink-0 items-center justify-center self-center rounded-full text-muted-foreground hover:bg-muted hover:text-foreground data-[state=open]:bg-muted"
    >
      <Ellipsis className="size-4" aria-hidden />
    </DropdownMenuTrigger>
  );
  return (
    <PhoneMenu trigger={trigger}>
      {message.author === 'account' ? (
        <>
          {REACTIONS.map(([reaction, emoji]) => (
            <DropdownMenuItem
              key={reaction}
              icon={<span aria-hidden>{emoji}</span>}
              onSelect={() => onAct({ kind: 'reaction', messageId, reaction })}
            >
              {t(`reaction.${reaction}`)}
            </DropdownMenuItem>
          ))}
          {hasReacted && (
            <DropdownMenuItem
              icon={<Undo2 aria-hidden />}
              onSelect={() => onAct({ kind: 'reaction', messageId, reaction: null })}
            >
              {t('unreact')}
            </DropdownMenuItem>
          )}
        </>
      ) : (
        <>
          {isWritten && (
            <DropdownMenuItem icon={<Pencil aria-hidden />} onSelect={onEdit}>
              {t('edit')}
            </DropdownMenuItem>
          )}
          <DropdownMenuItem
            icon={<Undo2 aria-hidden />}
            isDangerous
            onSelect={() => onAct({ kind: 'unsend', messageId })}
          >
            {t('unsend')}
          </DropdownMenuItem>
        </>
      )}
    </PhoneMenu>
  );
}
