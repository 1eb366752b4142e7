import { ErrorState } from '../../ui/error-state.tsx';
import { SkeletonList } from '../../ui/skeleton.tsx';
import { useAiSettings, useAiUsage } from './ai-queries.ts';
import { BudgetForm } from './budget-form.tsx';
import { PriceTable } from './price-table.tsx';
import { TodaySpend } from './today-spend.tsx';

/** The days of the page of usage as it opens: one question serves both. */
const DAYS = 7;

/** What a day may cost, what has been spent today, and what models are counted with. */
export function BudgetPage() {
  const settings = useAiSettings();
  const usage = useAiUsage(DAYS);
  if (settings.data) {
    const unpriced = usage.data?.byModel.filter(({ isPriceKnown }) => !isPriceKnown) ?? [];
    return (
      <div className="flex flex-col gap-4">
        {usage.data && <TodaySpend today={usage.data.today} />}
        {usage.isPending && <SkeletonList rows={1} />}
        {usage.error && <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />}
        <BudgetForm budget={settings.data.budget} />
        <PriceTable prices={settings.data.prices} unpriced={unpriced.map(({ model }) => model)} />
      </div>
    );
  }
  if (!settings.error) return <SkeletonList rows={8} />;
  return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
}
