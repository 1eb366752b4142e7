import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AtSign, CircleAlert, CircleCheck, Plus, Unplug } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Account } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useAccounts } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Avatar } from '../sandbox/avatar.tsx';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { AddAccountDialog } from './add-account-dialog.tsx';
import { ConnectChecklist } from './connect-checklist.tsx';

/** The Instagram accounts that flows answer for. */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  const accounts = useAccounts();
  const readOnlyReason = useReadOnlyReason('admin');
  const [isAdding, setIsAdding] = useState(false);
  const addButton = (
    <Button variant="primary" disabledReason={readOnlyReason} onClick={() => setIsAdding(true)}>
      <Plus aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <Page title={t('title')} description={t('description')} actions={addButton} className="max-w-4xl">
      {accounts.isPending && <SkeletonList rows={2} />}
      {accounts.error && <ErrorState error={accounts.error} onRetry={() => accounts.refetch()} />}
      {accounts.items?.length === 0 && <EmptyState icon={AtSign} title={t('empty')} action={addButton} />}
      {accounts.items && accounts.items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border')}>
          {accounts.items.map((account) => (
            <AccountRow key={account.id} account={account} readOnlyReason={readOnlyReason} />
          ))}
        </ul>
      )}
      <ConnectChecklist isConnected={accounts.items?.some(({ isSandbox }) => !isSandbox) ?? false} />
      <AddAccountDialog open={isAdding} onOpenChange={setIsAdding} />
    </Page>
  );
}

function AccountRow({ account, readOnlyReason }: { account: Account; readOnlyReason: string | undefined }) {
  const { t } = useTranslation('accounts');
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar username={account.username} className="size-9 text-sm" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate">@{account.username}</span>
          {account.isSandbox && <Badge tone="accent">{t('sandbox')}</Badge>}
        </p>
        <p className="truncate text-xs text-muted-foreground">
          {account.isSandbox ? t('sandbox.text') : `ID ${account.externalId}`}
        </p>
      </div>
      <Status status={account.status} />
      <RelativeTime at={account.createdAt} className="text-xs text-muted-foreground max-sm:hidden" />
      <Disconnect
        account={account}
        disabledReason={readOnlyReason ?? (account.isSandbox ? t('sandbox.stays') : undefined)}
      />
    </li>
  );
}

function Status({ status }: { status: Account['status'] }) {
  const { t } = useTranslation('accounts');
  const isGood = status === 'connected';
  const Icon = isGood ? CircleCheck : CircleAlert;
  return (
    <Badge tone={isGood ? 'success' : 'danger'}>
      <Icon aria-hidden />
      {t(`status.${status}`)}
    </Badge>
  );
}

function Disconnect({ account, disabledReason }: { account: Account; disabledReason: string | undefined }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const name = `@${account.username}`;
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/v1/accounts/${account.id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.accounts }),
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => setIsAsking(false),
  });
  return (
    <>
      <IconButton
        label={t('disconnect', { name })}
        disabledReason={disabledReason}
        onClick={() => setIsAsking(true)}
      >
        <Unplug aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('disconnect', { name })}
        description={t('disconnect.text')}
        confirmLabel={t('disconnect.confirm')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
