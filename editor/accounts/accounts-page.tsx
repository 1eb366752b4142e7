import { AtSign, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Account } from '../../server/contract/shapes.ts';
import { useAccounts } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Avatar } from '../sandbox/avatar.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { AccountStatus } from './account-status.tsx';
import { AddAccountDialog } from './add-account-dialog.tsx';
import { CommentSpikeForm } from './comment-spike-form.tsx';
import { ConnectChecklist } from './connect-checklist.tsx';
import { ConnectMenu } from './connect-menu.tsx';
import { DisconnectButton } from './disconnect-button.tsx';
import { LoginOutcomeNotice } from './login-outcome.tsx';
import { Notice } from './notice.tsx';

/** The Instagram accounts that flows answer for. */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  const accounts = useAccounts();
  const readOnlyReason = useReadOnlyReason('admin');
  const [isAdding, setIsAdding] = useState(false);
  const connect = <ConnectMenu disabledReason={readOnlyReason} onTypeToken={() => setIsAdding(true)} />;
  return (
    <Page title={t('title')} description={t('description')} actions={connect} className="max-w-4xl">
      <LoginOutcomeNotice />
      {accounts.items
        ?.filter(({ status }) => status === 'needs_login')
        .map((account) => (
          <LostLogin key={account.id} account={account} />
        ))}
      {accounts.isPending && <SkeletonList rows={2} />}
      {accounts.error && <ErrorState error={accounts.error} onRetry={() => accounts.refetch()} />}
      {accounts.items?.length === 0 && <EmptyState icon={AtSign} title={t('empty')} />}
      {accounts.items && accounts.items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border')}>
          {accounts.items.map((account) => (
            <AccountRow key={account.id} account={account} readOnlyReason={readOnlyReason} />
          ))}
        </ul>
      )}
      <ConnectChecklist isConnected={accounts.items?.some(({ isSandbox }) => !isSandbox) ?? false} />
      <CommentSpikeForm />
      <AddAccountDialog open={isAdding} onOpenChange={setIsAdding} />
    </Page>
  );
}

/** Over the list, so that nobody has to look for it. */
function LostLogin({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const name = `@${account.username}`;
  return (
    <Notice
      tone="bad"
      title={t('lost', { name })}
      action={
        <Button size="sm" asChild>
          <Link to={`/accounts/${account.id}`}>{t('lost.action')}</Link>
        </Button>
      }
    >
      {t('lost.text')}
    </Notice>
  );
}

function AccountRow({ account, readOnlyReason }: { account: Account; readOnlyReason: string | undefined }) {
  const { t } = useTranslation('accounts');
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar username={account.username} className="size-9 text-sm" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          <Link to={`/accounts/${account.id}`} className="truncate hover:underline">
            @{account.username}
          </Link>
          {account.isSandbox && <Badge tone="accent">{t('sandbox')}</Badge>}
        </p>
        <p className="truncate text-xs text-muted-foreground">
          {account.isSandbox
            ? t('sandbox.text')
            : account.status === 'needs_login'
              ? t('lost.text')
              : `ID ${account.externalId}`}
        </p>
      </div>
      <AccountStatus status={account.status} />
      <RelativeTime at={account.createdAt} className="text-xs text-muted-foreground max-sm:hidden" />
      <DisconnectButton
        account={account}
        disabledReason={readOnlyReason ?? (account.isSandbox ? t('sandbox.stays') : undefined)}
      />
      <ChevronRight className="size-4 text-muted-foreground max-sm:hidden" aria-hidden />
    </li>
  );
}
