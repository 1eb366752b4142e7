import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import type { RetryTarget } from './use-bulk-retry.ts';
import { useBulkRetry } from './use-bulk-retry.ts';

export type RetryDialogProps = {
  /** What it asks about; null = closed. */
  target: RetryTarget | null;
  onClose(): void;
  /** They are on their way. */
  onRetried(): void;
};

/** Says what a retry does, and does it. */
export function RetryDialog({ target, onClose, onRetried }: RetryDialogProps) {
  const { t } = useTranslation('executions');
  const retry = useBulkRetry();
  const count = target?.count ?? null;
  return (
    <ConfirmDialog
      open={target !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={count === null ? t('bulk.titleAll') : t('bulk.title', { count })}
      description={
        <ul className="list-disc space-y-1 pl-4">
          <li>{t('bulk.from')}</li>
          <li>{t('bulk.once')}</li>
          <li>{t('bulk.again')}</li>
        </ul>
      }
      confirmLabel={count === null ? t('bulk.confirmAll') : t('bulk.confirm', { count })}
      isDangerous={false}
      isBusy={retry.isPending}
      onConfirm={() => {
        if (target) retry.mutate(target, { onSuccess: onRetried, onSettled: onClose });
      }}
    />
  );
}
