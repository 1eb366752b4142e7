import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AccountCheck, AccountDetail, AccountHealth } from '../../server/contract/accounts.ts';
import { Card } from '../ui/card.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { useHealth } from './account-queries.ts';

const LOOKS = {
  ok: { icon: CircleCheck, color: 'text-state-succeeded' },
  warning: { icon: TriangleAlert, color: 'text-state-waiting' },
  failed: { icon: CircleAlert, color: 'text-destructive' },
};

/** Regular checks, limits used, and how far the account was read. */
export function AccountHealthCards({ account }: { account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  const health = useHealth(account.id);
  if (health.error) return <ErrorState error={health.error} onRetry={() => health.refetch()} />;
  if (!health.data) return <SkeletonList rows={4} />;
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Card className="p-4">
        <h2 className="font-medium">{t('checks.title')}</h2>
        <p className="text-xs text-muted-foreground">{t('checks.text')}</p>
        <Checks checks={health.data.checks} account={account} />
      </Card>
      <div className="flex flex-col gap-4">
        <Card className="p-4">
          <h2 className="font-medium">{t('limits.title')}</h2>
          <p className="text-xs text-muted-foreground">{t('limits.text')}</p>
          <Limits limits={health.data.limits} />
        </Card>
        <Card className="p-4">
          <h2 className="font-medium">{t('polls.title')}</h2>
          <p className="text-xs text-muted-foreground">{t('polls.text')}</p>
          <Polls polls={health.data.polls} />
        </Card>
      </div>
    </div>
  );
}

function Checks({ checks, account }: { checks: AccountCheck[]; account: AccountDetail }) {
  const { t } = useTranslation('accounts');
  if (checks.length === 0) {
    return <p className="mt-3 text-muted-foreground">{t('checks.none')}</p>;
  }
  return (
    <ul className="mt-3 flex flex-col gap-2.5">
      {checks.map((check) => {
        const { icon: Icon, color } = LOOKS[check.status];
        return (
          <li key={check.name} className="flex items-start gap-2">
            <Icon className={`mt-0.5 size-4 shrink-0 ${color}`} aria-hidden />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span>
                  {t(`check.${check.name}`, { defaultValue: check.name })}
                  <span className="sr-only"> ({t(`checkStatus.${check.status}`)})</span>
                </span>
                <RelativeTime at={check.checkedAt} className="text-xs text-muted-foreground" />
              </p>
              <Detail check={check} />
            </div>
          </li>
        );
      })}
      {account.lastError && account.lastErrorAt && (
        <li className="border-t border-border pt-2.5">
          <p className="flex flex-wrap items-baseline justify-between gap-x-3">
            {t('lastError')}
            <RelativeTime at={account.lastErrorAt} className="text-xs text-muted-foreground" />
          </p>
          <p className="text-xs break-words text-muted-foreground">{account.lastError.message}</p>
        </li>
      )}
    </ul>
  );
}

function Detail({ check: { name, status, detail } }: { check: AccountCheck }) {
  const { t } = useTranslation('accounts');
  if (name === 'last_event') {
    return (
      <p className="text-xs text-muted-foreground">
        {detail ? <RelativeTime at={detail} /> : t('check.last_event.none')}
      </p>
    );
  }
  const text = status === 'ok' && detail === 'renewed' ? t('check.subscription.renewed') : detail;
  return text ? <p className="text-xs break-words text-muted-foreground">{text}</p> : null;
}

function Limits({ limits }: { limits: AccountHealth['limits'] }) {
  const { t } = useTranslation('accounts');
  return (
    <ul className="mt-3 flex flex-col gap-2.5">
      {limits.map(({ family, limit, atOnce, available, blockedUntil }) => {
        const used = Math.max(0, atOnce - available);
        const share = Math.round((used / atOnce) * 100);
        return (
          <li key={family}>
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span>{t(`family.${family}`)}</span>
              <span className="text-xs text-muted-foreground tabular-nums">
                {blockedUntil ? (
                  <>
                    {t('limits.blocked')} <RelativeTime at={blockedUntil} />
                  </>
                ) : (
                  t('limits.used', { used, atOnce, limit })
                )}
              </span>
            </p>
            <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-muted" aria-hidden>
              <div
                className={share >= 90 ? 'h-full bg-state-waiting' : 'h-full bg-primary'}
                style={{ width: `${share}%` }}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Polls({ polls }: { polls: AccountHealth['polls'] }) {
  const { t } = useTranslation('accounts');
  if (polls.length === 0) return <p className="mt-3 text-muted-foreground">{t('polls.none')}</p>;
  return (
    <ul className="mt-3 flex flex-col gap-1.5">
      {polls.map(({ kind, readUpTo, nextAt }) => (
        <li key={kind} className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span>{t(`polls.${kind}`)}</span>
          <span className="text-xs text-muted-foreground">
            {readUpTo ? <RelativeTime at={readUpTo} /> : t('polls.never')} · {t('polls.next')}{' '}
            <RelativeTime at={nextAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
