import { useMutation } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Radio } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { AccountDetail, WebhookTest } from '../../server/contract/accounts.ts';
import { api, errorText } from '../api/client.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';

/** Tries the way that Instagram's events take, and says where it breaks. */
export function WebhookTestButton({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  const readOnlyReason = useReadOnlyReason();
  const test = useMutation({
    mutationFn: () => api.post<WebhookTest>(`/api/v1/accounts/${account.id}/webhook-test`),
    onError: (error) => toast.error(errorText(error)),
  });
  return (
    <div className="mt-1.5">
      <Button size="sm" isBusy={test.isPending} disabledReason={readOnlyReason} onClick={() => test.mutate()}>
        {!test.isPending && <Radio aria-hidden />}
        {t('test')}
      </Button>
      <div role="status">
        <ul className="mt-1.5 flex flex-col gap-1 text-xs">
          {test.data?.steps.map(({ name, isGood, detail }) => (
            <li key={name} className="flex items-start gap-1.5">
              {isGood ? (
                <CircleCheck className="mt-px size-3.5 shrink-0 text-state-succeeded" aria-hidden />
              ) : (
                <CircleAlert className="mt-px size-3.5 shrink-0 text-destructive" aria-hidden />
              )}
              <span>
                {t(`test.${name}.${isGood ? 'good' : 'bad'}`)} {detail}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
