import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Unplug } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Account } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { IconButton } from '../ui/button.tsx';

/** Disconnects an account, after asking. */
export function DisconnectButton({
  account,
  disabledReason,
  onDone,
}: {
  account: Account;
  disabledReason: string | undefined;
  onDone?(): void;
}) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const name = `@${account.username}`;
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/v1/accounts/${account.id}`),
    onSuccess: () => {
      onDone?.();
      return client.invalidateQueries({ queryKey: keys.accounts, exact: true });
    },
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
