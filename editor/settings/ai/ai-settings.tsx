import { Lock } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { AI_PAGES } from '../../app/pages.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { useAiText } from './texts.ts';

/** The frame of Settings → AI: its pages as links, and what a person may do here. */
export function AiSettings() {
  const t = useAiText();
  const { t: app } = useTranslation();
  const readOnlyReason = useReadOnlyReason('admin');
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a phone the list is wider than the page: the link of the open page comes into view.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>(`a[href="${pathname}"]`);
    if (nav.current && current) nav.current.scrollLeft = current.offsetLeft - 16;
  }, [pathname]);
  return (
    <div className="flex flex-col gap-4">
      <nav
        ref={nav}
        aria-label={t('pages')}
        className="relative -mx-4 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:px-0.5"
      >
        <ul className="flex gap-1">
          {AI_PAGES.map(({ path, name, icon: Icon }) => (
            <li key={path} className="shrink-0">
              <NavLink
                to={path}
                className="flex h-8 items-center gap-1.5 rounded-full px-3 whitespace-nowrap text-muted-foreground transition-colors duration-100 hover:bg-muted hover:text-foreground aria-[current=page]:bg-accent aria-[current=page]:font-medium aria-[current=page]:text-accent-foreground [&_svg]:size-4"
              >
                <Icon aria-hidden />
                {app(`page.${name}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      {readOnlyReason !== undefined && (
        <p className="flex items-center gap-2 rounded-md bg-muted px-3 py-2 text-muted-foreground">
          <Lock className="size-4 shrink-0" aria-hidden />
          {readOnlyReason}
        </p>
      )}
      <Outlet />
    </div>
  );
}
