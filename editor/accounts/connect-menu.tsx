import { AtSign, Flag, KeyRound, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Login } from '../../server/contract/accounts.ts';
import { Button } from '../ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { useLoginStatus } from './account-queries.ts';
import { useBeginLogin } from './use-begin-login.ts';

const ICONS = { instagram: AtSign, facebook: Flag };

/** The ways to connect an account: two logins, and a token. A login that is not ready says why. */
export function ConnectMenu({
  disabledReason,
  onTypeToken,
}: {
  disabledReason: string | undefined;
  onTypeToken(): void;
}) {
  const { t } = useTranslation('accounts');
  const status = useLoginStatus();
  const begin = useBeginLogin();
  const button = (
    <Button variant="primary" disabledReason={disabledReason} isBusy={begin.isPending}>
      <Plus aria-hidden />
      {t('connectAccount')}
    </Button>
  );
  if (disabledReason !== undefined) return button;
  const item = (login: Login) => {
    const state = status.data?.logins.find((one) => one.login === login)?.state ?? 'app_missing';
    const Icon = ICONS[login];
    return (
      <div key={login}>
        <DropdownMenuItem
          icon={<Icon aria-hidden />}
          disabled={state !== 'ready'}
          onSelect={() => begin.mutate(login)}
        >
          {t(`way.${login}`)}
        </DropdownMenuItem>
        {status.data && state !== 'ready' && (
          <p className="px-2 pb-1.5 pl-8 text-xs text-muted-foreground">{t(`way.${login}.${state}`)}</p>
        )}
      </div>
    );
  };
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>{button}</DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-72">
        <DropdownMenuLabel>{t('way')}</DropdownMenuLabel>
        {(['instagram', 'facebook'] as const).map(item)}
        <DropdownMenuSeparator />
        <DropdownMenuItem icon={<KeyRound aria-hidden />} onSelect={onTypeToken}>
          {t('way.token')}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
