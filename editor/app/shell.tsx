import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation, useNavigate, useNavigation } from 'react-router';
import { ApiError, onSignedOut } from '../api/client.ts';
import { keys, useSession, useSetupNeeded } from '../api/queries.ts';
import { useConnectionState } from '../live/use-live.ts';
import { ErrorState } from '../ui/error-state.tsx';
import { CoachMarks } from './coach-marks.tsx';
import { useJumpKeys } from './keys.ts';
import { PAGES } from './pages.ts';
import { Rail } from './rail.tsx';
import { useLiveRefresh } from './use-live-refresh.ts';

const CommandPalette = lazy(() =>
  import('./command-palette.tsx').then((module) => ({ default: module.CommandPalette })),
);

/** The frame of all pages that need a session: it sends others to setup or login. */
export function Shell() {
  const session = useSession();
  if (session.error instanceof ApiError && session.error.status === 401) return <SignedOut />;
  if (session.data) return <SignedInShell />;
  if (session.error) return <ErrorState error={session.error} onRetry={() => session.refetch()} />;
  return null;
}

function SignedInShell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const isLoadingPage = useNavigation().state !== 'idle';
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const [wasPaletteOpened, setWasPaletteOpened] = useState(false);
  useLiveRefresh();

  useEffect(() => onSignedOut(() => void client.invalidateQueries({ queryKey: keys.session })), [client]);

  const openPalette = () => {
    setWasPaletteOpened(true);
    setIsPaletteOpen(true);
  };

  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey) return;
      event.preventDefault();
      setWasPaletteOpened(true);
      setIsPaletteOpen((isOpen) => !isOpen);
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, []);

  useJumpKeys((letter) => {
    const page = PAGES.find((candidate) => candidate.letter === letter);
    if (page) void navigate(page.path);
    return page !== undefined;
  });

  return (
    <div className="flex h-dvh flex-col-reverse sm:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-primary focus:px-3 focus:py-1.5 focus:text-primary-foreground"
      >
        {t('skip')}
      </a>
      <Rail onOpenPalette={openPalette} />
      <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
        {isLoadingPage && (
          <div
            role="progressbar"
            aria-label={t('loadingPage')}
            className="absolute inset-x-0 top-0 z-40 h-0.5 animate-pulse bg-primary"
          />
        )}
        <OfflineBanner />
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
          <Outlet />
        </main>
      </div>
      <CoachMarks />
      {wasPaletteOpened && (
        <Suspense>
          <CommandPalette open={isPaletteOpen} onOpenChange={setIsPaletteOpen} />
        </Suspense>
      )}
    </div>
  );
}

function OfflineBanner() {
  const { t } = useTranslation();
  const isOffline = useConnectionState() === 'offline';
  return (
    <div role="status">
      {isOffline && (
        <p className="border-b border-border bg-muted px-4 py-1 text-center text-xs text-muted-foreground">
          {t('offline')}
        </p>
      )}
    </div>
  );
}

function SignedOut() {
  const { pathname, search } = useLocation();
  const client = useQueryClient();
  const setup = useSetupNeeded();
  useEffect(() => {
    client.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] !== 'setup' && queryKey[0] !== 'session',
    });
  }, [client]);
  if (setup.error) return <ErrorState error={setup.error} onRetry={() => setup.refetch()} />;
  if (!setup.data) return null;
  if (setup.data.needed) return <Navigate to="/setup" replace />;
  const next =
    pathname === '/' || pathname === '/flows' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
  return <Navigate to={`/login${next}`} replace />;
}
