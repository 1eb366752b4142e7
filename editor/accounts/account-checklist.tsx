import { Check, CircleAlert, CircleCheck, CircleDashed, Minus, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountDetail, Checklist, ChecklistStep } from '../../server/contract/accounts.ts';
import { Card } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { exactTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { useChecklist } from './account-queries.ts';
import { WebhookTestButton } from './webhook-test-button.tsx';

const LOOKS = {
  done: { icon: CircleCheck, color: 'text-state-succeeded' },
  todo: { icon: CircleDashed, color: 'text-muted-foreground' },
  warning: { icon: TriangleAlert, color: 'text-state-waiting' },
  failed: { icon: CircleAlert, color: 'text-destructive' },
};

/** What is done and what is missing until this account works, checked by the server. */
export function AccountChecklist({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  const checklist = useChecklist(account.id);
  return (
    <Card className="p-4">
      <h2 className="font-medium">{t('steps.title')}</h2>
      {checklist.isPending && <SkeletonList rows={4} />}
      {checklist.error && <ErrorState error={checklist.error} onRetry={() => checklist.refetch()} />}
      {checklist.data && (
        <ol className="mt-3 flex flex-col gap-3">
          {checklist.data.steps.map((step) => (
            <Step key={step.name} step={step} checklist={checklist.data} account={account} />
          ))}
        </ol>
      )}
    </Card>
  );
}

type StepProps = { step: ChecklistStep; checklist: Checklist; account: AccountDetail };

function Step({ step, checklist, account }: StepProps) {
  const { t, i18n } = useTranslation('accounts');
  const { icon: Icon, color } = LOOKS[step.state];
  const at = (time: string | null) => (time === null ? '' : exactTime(time, i18n.language));
  const values = {
    url: checklist.webhookUrl,
    expires: at(account.tokenExpiresAt),
    lastEvent: at(account.lastEventAt),
  };
  const more: Partial<Record<ChecklistStep['name'], ReactNode>> = {
    permissions: <Permissions permissions={checklist.permissions} />,
    callback: step.state === 'done' && <CopyLine text={checklist.webhookUrl} />,
    webhook: <WebhookTestButton account={account} />,
  };
  return (
    <li className="flex gap-2.5">
      <Icon className={`mt-0.5 size-4 shrink-0 ${color}`} aria-hidden />
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">
          {t(`step.${step.name}`)}
          <span className="sr-only"> ({t(`state.${step.state}`)})</span>
        </h3>
        <p className="break-words text-muted-foreground">
          {t(`step.${step.name}.${step.reason}`, { ...values, defaultValue: step.text })}
        </p>
        {more[step.name]}
      </div>
    </li>
  );
}

function Permissions({ permissions }: { permissions: Checklist['permissions'] }) {
  const { t } = useTranslation('accounts');
  if (permissions.every(({ isGranted }) => isGranted === null)) return null;
  return (
    <ul className="mt-1.5 flex flex-col gap-1 text-xs">
      {permissions.map(({ name, isGranted, disables }) => (
        <li key={name} className="flex flex-wrap items-center gap-x-2">
          {isGranted ? (
            <Check className="size-3.5 text-state-succeeded" aria-label={t('granted')} role="img" />
          ) : (
            <Minus className="size-3.5 text-state-waiting" aria-label={t('notGranted')} role="img" />
          )}
          <code>{name}</code>
          {!isGranted && (
            <span className="text-muted-foreground">
              {t('disables', { what: disables.map((what) => t(`what.${what}`)).join(', ') })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function CopyLine({ text }: { text: string }) {
  const { t } = useTranslation('accounts');
  return (
    <div className="mt-1.5 flex items-center gap-1 rounded-md border border-border bg-muted py-0.5 pr-0.5 pl-3">
      <code className="min-w-0 flex-1 truncate text-xs">{text}</code>
      <CopyButton text={text} label={t('copy.callback')} className="size-7" />
    </div>
  );
}
