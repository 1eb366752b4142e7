import { ExternalLink, Image, Link, Mic, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxButton, SandboxPart } from '../../server/contract/sandbox.ts';
import { cn } from '../ui/cn.ts';

export type MessagePartsProps = {
  parts: readonly SandboxPart[];
  readOnlyReason: string | undefined;
  onTap(payload: string): void;
};

/** What stands in a message beside its text: files, buttons, cards. */
export function MessageParts({ parts, readOnlyReason, onTap }: MessagePartsProps) {
  return parts.map((part, index) => {
    const shown = partOf(part, { readOnlyReason, onTap });
    if (shown === null) return null;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity and never move
      <div key={index} className="max-w-full">
        {shown}
      </div>
    );
  });
}

function partOf(part: SandboxPart, tap: Pick<MessagePartsProps, 'readOnlyReason' | 'onTap'>): ReactNode {
  switch (part.type) {
    case 'image':
    case 'video':
    case 'audio':
    case 'share':
    case 'story_mention':
      return <File type={part.type} url={part.url} />;
    case 'buttons':
      return <Buttons buttons={part.buttons} {...tap} />;
    case 'cards':
      return (
        <ul className="flex max-w-full snap-x gap-2 overflow-x-auto pb-1">
          {part.cards.map((card) => (
            <li
              key={`${card.title}/${card.imageUrl ?? ''}`}
              className="w-44 shrink-0 snap-start overflow-hidden rounded-xl border border-border bg-card"
            >
              {card.imageUrl && <Picture url={card.imageUrl} className="h-20 rounded-none" />}
              <div className="flex flex-col gap-1.5 p-2">
                <p className="font-medium break-words">
                  {card.url ? <Outside href={card.url}>{card.title}</Outside> : card.title}
                </p>
                {card.subtitle && <p className="text-xs text-muted-foreground">{card.subtitle}</p>}
                <Buttons buttons={card.buttons} {...tap} />
              </div>
            </li>
          ))}
        </ul>
      );
    default:
      return null;
  }
}

const ICONS = { image: Image, video: Video, audio: Mic, share: Link, story_mention: Image } as const;

/** A file is named, not fetched: nothing of the sandbox leaves this machine. */
function File({ type, url }: { type: keyof typeof ICONS; url: string }) {
  const { t } = useTranslation('sandbox');
  const Icon = ICONS[type];
  if (type === 'image' || type === 'video') return <Picture url={url} isVideo={type === 'video'} />;
  return (
    <span className="flex items-center gap-2 rounded-xl border border-border bg-card px-3 py-2 text-xs">
      <Icon className="size-4 shrink-0 text-category-instagram" aria-hidden />
      <span className="font-medium">{t(`part.${type}`)}</span>
      <span className="min-w-0 truncate text-muted-foreground">{nameOf(url)}</span>
    </span>
  );
}

function Picture({ url, isVideo, className }: { url: string; isVideo?: boolean; className?: string }) {
  const { t } = useTranslation('sandbox');
  const Icon = isVideo ? Video : Image;
  return (
    <span
      title={url}
      className={cn(
        'flex h-28 w-44 max-w-full flex-col items-center justify-center gap-1 rounded-xl border border-border bg-muted px-2 text-xs text-muted-foreground',
        className,
      )}
    >
      <Icon className="size-6 text-category-instagram" aria-hidden />
      <span className="sr-only">{t(isVideo ? 'part.video' : 'part.image')}</span>
      <span className="max-w-full truncate">{nameOf(url)}</span>
    </span>
  );
}

function Buttons({
  buttons,
  readOnlyReason,
  onTap,
}: { buttons: readonly SandboxButton[] } & Pick<MessagePartsProps, 'readOnlyReason' | 'onTap'>) {
  return (
    <div className="flex flex-col gap-1">
      {buttons.map((button) =>
        button.type === 'url' ? (
          <Outside key={`${button.title}/${button.url}`} href={button.url} className={buttonStyle}>
            {button.title}
          </Outside>
        ) : (
          <button
            key={`${button.title}/${button.payload}`}
            type="button"
            title={readOnlyReason}
            aria-disabled={readOnlyReason !== undefined || undefined}
            onClick={() => readOnlyReason === undefined && onTap(button.payload)}
            className={buttonStyle}
          >
            {button.title}
          </button>
        ),
      )}
    </div>
  );
}

const buttonStyle =
  'inline-flex min-h-7 w-full items-center justify-center gap-1 rounded-lg border border-border bg-card px-2 text-xs font-medium text-foreground hover:bg-accent';

function Outside({ href, className, children }: { href: string; className?: string; children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className={cn('underline-offset-2 hover:underline', className)}
    >
      {children}
      <ExternalLink className="ml-1 inline size-3" aria-hidden />
    </a>
  );
}

function nameOf(url: string): string {
  return URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? url) || url : url;
}
