import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleUserRound, Languages, LogOut, SunMoon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, errorText } from '../api/client.ts';
import { keys, useSession } from '../api/queries.ts';
import { liveSocket } from '../live/use-live.ts';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import type { Theme } from './theme.ts';
import { chooseTheme, THEMES, useTheme } from './theme.ts';
import type { Language } from './translation.ts';
import { chooseLanguage, LANGUAGES } from './translation.ts';

/** Who is signed in, the look, the language, and the way out. */
export function UserMenu({ className }: { className: string }) {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  const theme = useTheme();
  const signOut = useSignOut();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger className={className} aria-label={`${t('user.you')}: ${t('user.menu')}`}>
        <CircleUserRound aria-hidden />
        <span className="max-w-full truncate">{t('user.you')}</span>
      </DropdownMenuTrigger>
      <DropdownMenuContent side="right" align="end" className="w-60">
        <div className="px-2 py-1.5">
          <p className="truncate font-medium">{session?.user?.name ?? t('user.apiKey')}</p>
          <p className="truncate text-xs text-muted-foreground">{session?.user?.email}</p>
          <p className="mt-0.5 truncate text-xs text-muted-foreground">
            {session &&
              t('user.role', { workspace: session.workspace.name, role: t(`role.${session.role}`) })}
          </p>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuLabel className="flex items-center gap-2">
          <SunMoon className="size-4" aria-hidden />
          {t('theme')}
        </DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme} onValueChange={(value) => chooseTheme(value as Theme)}>
          {THEMES.map((name) => (
            <DropdownMenuRadioItem key={name} value={name}>
              {t(`theme.${name}`)}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuLabel className="flex items-center gap-2">
          <Languages className="size-4" aria-hidden />
          {t('language')}
        </DropdownMenuLabel>
        <DropdownMenuRadioGroup
          value={i18n.language}
          onValueChange={(value) => void chooseLanguage(value as Language)}
        >
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <DropdownMenuRadioItem key={language} value={language} lang={language}>
              {name}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem icon={<LogOut aria-hidden />} onSelect={() => signOut()}>
          {t('user.signOut')}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Ends the session; the shell then shows the login. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: () => api.post('/api/v1/logout'),
    onSuccess: () => {
      liveSocket.reconnect();
      void client.resetQueries({ queryKey: keys.session });
    },
    onError: (error) => toast.error(errorText(error)),
  });
  return mutate;
}
