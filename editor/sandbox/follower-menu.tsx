import { AtSign, Image, Link, Mic, Plus, Reply, Share2, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxWorld } from '../../server/contract/sandbox.ts';
import {
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { PhoneMenu } from './phone-menu.tsx';
import type { FollowerAct } from './use-sandbox.ts';
import type { Writing } from './writing.tsx';

const FILES = [
  ['image', <Image key="image" aria-hidden />],
  ['video', <Video key="video" aria-hidden />],
  ['audio', <Mic key="audio" aria-hidden />],
  ['share', <Share2 key="share" aria-hidden />],
] as const;

/** What a follower can do in the messages beside writing. */
export function MessagesMenu({
  starters,
  onAct,
  onWrite,
}: {
  starters: SandboxWorld['starters'];
  onAct(act: FollowerAct): void;
  onWrite(writing: Writing): void;
}) {
  const { t } = useTranslation('sandbox');
  const taps = starters.menu.flatMap((button) => (button.type === 'postback' ? [button] : []));
  return (
    <FollowerMenu>
      <DropdownMenuLabel>{t('more.send')}</DropdownMenuLabel>
      {FILES.map(([media, icon]) => (
        <DropdownMenuItem key={media} icon={icon} onSelect={() => onAct({ kind: 'media', media })}>
          {t(`part.${media}`)}
        </DropdownMenuItem>
      ))}
      <DropdownMenuSeparator />
      <DropdownMenuItem icon={<Reply aria-hidden />} onSelect={() => onWrite({ kind: 'story_reply' })}>
        {t('more.storyReply')}
      </DropdownMenuItem>
      <DropdownMenuItem icon={<AtSign aria-hidden />} onSelect={() => onAct({ kind: 'story_mention' })}>
        {t('more.storyMention')}
      </DropdownMenuItem>
      <DropdownMenuItem icon={<Link aria-hidden />} onSelect={() => onWrite({ kind: 'referral' })}>
        {t('more.referral')}
      </DropdownMenuItem>
      {starters.iceBreakers.length > 0 && <DropdownMenuLabel>{t('more.iceBreakers')}</DropdownMenuLabel>}
      {starters.iceBreakers.map(({ question, payload }) => (
        <DropdownMenuItem
          key={`${question}/${payload}`}
          onSelect={() => onAct({ kind: 'ice_breaker', payload })}
        >
          {question}
        </DropdownMenuItem>
      ))}
      {taps.length > 0 && <DropdownMenuLabel>{t('more.menu')}</DropdownMenuLabel>}
      {taps.map(({ title, payload }) => (
        <DropdownMenuItem key={`${title}/${payload}`} onSelect={() => onAct({ kind: 'menu', payload })}>
          {title}
        </DropdownMenuItem>
      ))}
    </FollowerMenu>
  );
}

/** What a follower can do elsewhere: name the account under somebody else's post. */
export function PostMenu({ onWrite }: { onWrite(writing: Writing): void }) {
  const { t } = useTranslation('sandbox');
  return (
    <FollowerMenu>
      <DropdownMenuItem icon={<AtSign aria-hidden />} onSelect={() => onWrite({ kind: 'mention' })}>
        {t('more.mention')}
      </DropdownMenuItem>
      <DropdownMenuItem icon={<AtSign aria-hidden />} onSelect={() => onWrite({ kind: 'caption_mention' })}>
        {t('more.captionMention')}
      </DropdownMenuItem>
    </FollowerMenu>
  );
}

function FollowerMenu({ children }: { children: ReactNode }) {
  const { t } = useTranslation('sandbox');
  const trigger = (
    <DropdownMenuTrigger
      aria-label={t('more')}
      title={t('more')}
      className="flex size-8 shrink-0 items-center justify-center rounded-full text-muted-foreground hover:bg-muted hover:text-foreground data-[state=open]:bg-muted"
    >
      <Plus className="size-4" aria-hidden />
    </DropdownMenuTrigger>
  );
  return (
    <PhoneMenu trigger={trigger} align="start" side="top">
      {children}
    </PhoneMenu>
  );
}
