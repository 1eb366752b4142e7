import { Database } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Retention } from '../../server/contract/shapes.ts';
import { useCan, useRetention } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { RetentionForm } from './retention-form.tsx';

/** How long things are kept, how much is stored, and what the last run removed. */
export function DataRetention() {
  const { t } = useTranslation('settings');
  const isAdmin = useCan('admin');
  const readOnlyReason = useReadOnlyReason('admin');
  const retention = useRetention(isAdmin);
  return (
    <section className="flex flex-col gap-4">
      <p className="text-muted-foreground">{t('data.text')}</p>
      {!isAdmin && <EmptyState icon={Database} title={readOnlyReason ?? ''} />}
      {isAdmin && retention.isPending && <SkeletonList rows={5} />}
      {retention.error && <ErrorState error={retention.error} onRetry={() => void retention.refetch()} />}
      {retention.data && (
        <>
          <RetentionForm key={JSON.stringify(retention.data.settings)} retention={retention.data} />
          <LastRun lastRun={retention.data.lastRun} />
          <StoredTable stored={retention.data.stored} />
        </>
      )}
    </section>
  );
}

function LastRun({ lastRun }: Pick<Retention, 'lastRun'>) {
  const { t } = useTranslation('settings');
  const removed = Object.values(lastRun?.removed ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <Card className="p-4">
      <h2 className="font-medium">{t('data.lastRun')}</h2>
      <p className="text-muted-foreground">
        {lastRun ? (
          <>
            <RelativeTime at={lastRun.finishedAt} />. {t('data.removed', { count: removed })}
          </>
        ) : (
          t('data.noRun')
        )}
      </p>
    </Card>
  );
}

function StoredTable({ stored }: Pick<Retention, 'stored'>) {
  const { t, i18n } = useTranslation('settings');
  const number = new Intl.NumberFormat(i18n.language);
  const total = stored.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <Card className="p-4">
      <h2 className="font-medium">{t('data.stored')}</h2>
      <p className="text-muted-foreground">{t('data.storedText')}</p>
      <table className="mt-2 w-full max-w-md">
        <thead className="text-left text-xs text-muted-foreground">
          <tr>
            <th className="py-1 font-medium">{t('data.kind')}</th>
            <th className="py-1 text-right font-medium">{t('data.rows')}</th>
            <th className="py-1 text-right font-medium">{t('data.size')}</th>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {stored.map(({ kind, rows, bytes }) => (
            <tr key={kind} className="border-t border-border">
              <th scope="row" className="py-1 text-left font-normal">
                {t(`data.kind.${kind}`)}
              </th>
              <td className="py-1 text-right">{number.format(rows)}</td>
              <td className="py-1 text-right">{sizeText(bytes, i18n.language)}</td>
            </tr>
          ))}
          <tr className="border-t border-border font-medium">
            <th scope="row" className="py-1 text-left font-medium">
              {t('data.total')}
            </th>
            <td />
            <td className="py-1 text-right">{sizeText(total, i18n.language)}</td>
          </tr>
        </tbody>
      </table>
    </Card>
  );
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `48 kB`, `1.2 GB`. */
export function sizeText(bytes: number, language: string): string {
  let value = bytes / 1_000;
  let at = 0;
  while (value >= 1_000 && at < UNITS.length - 1) {
    value /= 1_000;
    at++;
  }
  const maximumFractionDigits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: 'unit', unit: UNITS[at], maximumFractionDigits }).format(
    value,
  );
}
