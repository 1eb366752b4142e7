import { useTranslation } from 'react-i18next';
import type { AiUsage } from '../../../server/contract/ai.ts';
import { cn } from '../../ui/cn.ts';
import { percentText, usdText } from './money.ts';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';

/** From here on people are told (server/ai/model-calls/budget-notices.ts). */
const WARNING = 0.8;

/** How far the budget of the day is spent, with what calls under way may still cost. */
export function TodaySpend({ today }: { today: AiUsage['today'] }) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const { spentUsd, reservedUsd, dailyUsd, whenUsedUp } = today;
  const usd = (value: number) => usdText(value, i18n.language);
  const share = dailyUsd === 0 ? 1 : spentUsd / dailyUsd;
  const reserved = dailyUsd === 0 ? 0 : Math.min(reservedUsd / dailyUsd, Math.max(0, 1 - share));
  const state = share >= 1 ? 'full' : share >= WARNING ? 'high' : 'fine';
  const words = t('today.of', { spent: usd(spentUsd), budget: usd(dailyUsd) });
  return (
    <Section title={t('today.title')} text={t('today.text')}>
      <div className="flex flex-wrap items-baseline gap-x-3">
        <p className="text-2xl font-semibold tracking-tight tabular-nums">{words}</p>
        {dailyUsd > 0 && (
          <p className="text-muted-foreground tabular-nums">{percentText(share, i18n.language)}</p>
        )}
      </div>
      <meter
        className="sr-only"
        aria-label={t('today.title')}
        aria-valuetext={words}
        value={Math.min(1, share)}
      />
      <div aria-hidden className="relative h-3 overflow-hidden rounded-full border border-input bg-muted">
        <div className="flex h-full">
          <div
            className={cn(
              'h-full',
              state === 'full' && 'bg-state-failed',
              state === 'high' && 'bg-state-waiting',
              state === 'fine' && 'bg-primary',
            )}
            style={{ width: `${Math.min(1, share) * 100}%` }}
          />
          <div className="h-full bg-primary/40" style={{ width: `${reserved * 100}%` }} />
        </div>
        <div className="absolute inset-y-0 w-px bg-foreground/60" style={{ left: `${WARNING * 100}%` }} />
      </div>
      <p className="text-xs text-muted-foreground">
        {reservedUsd > 0 && `${t('today.reserved', { amount: usd(reservedUsd) })} `}
        {state === 'full' ? t(`today.full.${whenUsedUp}`) : t('today.warning')}
      </p>
    </Section>
  );
}
