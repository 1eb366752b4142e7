import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { useApprovals, useEscalations } from '../api/queries.ts';
import { NotificationBell } from '../notifications/notification-bell.tsx';
import { cn } from '../ui/cn.ts';
import { COMMAND_KEY } from '../ui/kbd.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { Logo } from './logo.tsx';
import type { PageEntry } from './pages.ts';
import { PAGES } from './pages.ts';
import { UserMenu } from './user-menu.tsx';

const itemStyle =
  'relative flex min-w-0 flex-1 flex-col items-center gap-0.5 rounded-lg px-0 py-1.5 text-[11px] leading-4 max-sm:px-0 max-sm:text-[10px] text-muted-foreground transition-colors duration-100 hover:bg-muted hover:text-foreground sm:flex-none sm:w-full [&_svg]:size-5';

/** The pages, at the left; on a phone at the bottom. */
export function Rail({ onOpenPalette }: { onOpenPalette: () => void }) {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t('rail')}
      className="flex shrink-0 items-stretch gap-0.5 border-t border-border bg-card p-1.5 sm:w-20 sm:flex-col sm:overflow-y-auto sm:border-t-0 sm:border-r"
    >
      <Link to="/flows" aria-label={t('home')} className="mb-2 hidden self-center rounded-lg sm:block">
        <Logo className="size-8" />
      </Link>
      {PAGES.map((page) => (
        <RailLink key={page.path} page={page} />
      ))}
      <div className="hidden flex-1 sm:block" />
      <Tooltip text={t('palette.open')} shortcut={`${COMMAND_KEY} K`} side="right">
        <button type="button" onClick={onOpenPalette} className={cn(itemStyle, 'hidden sm:flex')}>
          <Search aria-hidden />
          {t('palette.short')}
        </button>
      </Tooltip>
      <NotificationBell className={itemStyle} />
      <UserMenu className={itemStyle} />
    </nav>
  );
}

function RailLink({ page }: { page: PageEntry }) {
  const { t } = useTranslation();
  const { icon: Icon, path, name, letter } = page;
  return (
    <Tooltip text={t(`page.${name}`)} shortcut={`g ${letter}`} side="right">
      <NavLink
        to={path}
        // No function here: the tooltip's slot joins class names as text. NavLink marks the open page for the reader too.
        className={cn(
          itemStyle,
          'aria-[current=page]:bg-accent aria-[current=page]:font-medium aria-[current=page]:text-accent-foreground',
        )}
      >
        <Icon aria-hidden />
        <span className="max-w-full truncate">{t(`page.${name}`)}</span>
        {name === 'inbox' && <InboxCount />}
      </NavLink>
    </Tooltip>
  );
}

function InboxCount() {
  const { t } = useTranslation();
  const approvals = useApprovals().items?.length ?? 0;
  const escalations = useEscalations().items?.length ?? 0;
  const count = approvals + escalations;
  if (count === 0) return null;
  return (
    <span className="absolute top-0.5 right-1/2 flex h-4 min-w-4 translate-x-5 items-center justify-center rounded-full bg-primary px-1 text-[10px] font-semibold text-primary-foreground tabular-nums">
      {count > 99 ? '99+' : count}
      <span className="sr-only"> {t('rail.waiting')}</span>
    </span>
  );
}
