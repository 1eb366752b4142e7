import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, LogIn, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { toast } from 'sonner';
import type { AccountDetail, AccountHealth } from '../../server/contract/accounts.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { AccountChecklist } from './account-checklist.tsx';
import { AccountHealthCards } from './account-health.tsx';
import { useAccount } from './account-queries.ts';
import { AccountStatus } from './account-status.tsx';
import { AddAccountDialog } from './add-account-dialog.tsx';
import { DisconnectButton } from './disconnect-button.tsx';
import { LoginOutcomeNotice } from './login-outcome.tsx';
import { Notice } from './notice.tsx';
import { useBeginLogin } from './use-begin-login.ts';

/** One account: what is done and missing, how it does, and trying it out. */
export function AccountPage() {
  const { id = '' } = useParams();
  const { t } = useTranslation('accounts');
  const account = useAccount(id);
  if (account.error) {
    return (
      <Page title={t('title')}>
        <ErrorState error={account.error} onRetry={() => account.refetch()} />
      </Page>
    );
  }
  if (!account.data) {
    return (
      <Page title={t('title')}>
        <SkeletonList rows={4} />
      </Page>
    );
  }
  return <LoadedAccount account={account.data} />;
}

function LoadedAccount({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  const navigate = useNavigate();
  const adminReason = useReadOnlyReason('admin');
  return (
    <Page title={`@${account.username}`} className="max-w-4xl">
      <div className="-mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <Description account={account} />
        <div className="flex flex-wrap items-center gap-2">
          {!account.isSandbox && <CheckButton account={account} />}
          {!account.isSandbox && <ReconnectButton account={account} disabledReason={adminReason} />}
          <DisconnectButton
            account={account}
            disabledReason={adminReason ?? (account.isSandbox ? t('sandbox.stays') : undefined)}
            onDone={() => void navigate('/accounts')}
          />
        </div>
      </div>
      {account.status === 'connected' && <LoginOutcomeNotice />}
      {account.status === 'needs_login' && (
        <Notice tone="bad" title={t('lost', { name: `@${account.username}` })}>
          {t('lost.text')} {account.lastError?.message}
        </Notice>
      )}
      {account.isSandbox ? (
        <Notice tone="plain" title={t('sandbox')}>
          {t('sandbox.text')}
        </Notice>
      ) : (
        <>
          <AccountChecklist account={account} />
          <AccountHealthCards account={account} />
        </>
      )}
    </Page>
  );
}

function Description({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted-foreground">
      <Link to="/accounts" className="inline-flex items-center gap-1 underline">
        <ArrowLeft className="size-3.5" aria-hidden />
        {t('back')}
      </Link>
      <AccountStatus status={account.status} />
      {account.isSandbox && <Badge tone="accent">{t('sandbox')}</Badge>}
      {!account.isSandbox && <span>{t(`by.${account.login}`)}</span>}
      {account.lastEventAt && (
        <span>
          {t('lastEvent')} <RelativeTime at={account.lastEventAt} />
        </span>
      )}
    </p>
  );
}

function CheckButton({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const check = useMutation({
    mutationFn: () => api.post<AccountHealth>(`/api/v1/accounts/${account.id}/check`),
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.accounts }),
  });
  return (
    <Button isBusy={check.isPending} disabledReason={useReadOnlyReason()} onClick={() => check.mutate()}>
      {!check.isPending && <RotateCw aria-hidden />}
      {t('check')}
    </Button>
  );
}

/** The same way as before; an account whose token was typed in takes another one. */
function ReconnectButton({
  account,
  disabledReason,
}: {
  account: AccountDetail;
  disabledReason: string | undefined;
}) {
  const { t } = useTranslation('accounts');
  const begin = useBeginLogin();
  const [isTyping, setIsTyping] = useState(false);
  const { login } = account;
  // A working account does not take another token: disconnecting it comes first.
  if (login === 'manual' && account.status === 'connected') return null;
  return (
    <>
      <Button
        variant={account.status === 'connected' ? 'secondary' : 'primary'}
        isBusy={begin.isPending}
        disabledReason={disabledReason}
        onClick={() => (login === 'manual' ? setIsTyping(true) : begin.mutate(login))}
      >
        {!begin.isPending && <LogIn aria-hidden />}
        {t('reconnect')}
      </Button>
      {login === 'manual' && (
        <AddAccountDialog open={isTyping} onOpenChange={setIsTyping} account={account} />
      )}
    </>
  );
}
