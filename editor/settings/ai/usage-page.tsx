import { ChartColumn } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { AiUsage } from '../../../server/contract/ai.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonList } from '../../ui/skeleton.tsx';
import { useAiUsage } from './ai-queries.ts';
import { ModelName } from './model-name.tsx';
import { countText, percentText, usdText } from './money.ts';
import { useAiText } from './texts.ts';
import { TodaySpend } from './today-spend.tsx';
import { dayText, totalOf } from './usage-numbers.ts';
import { UsageTable } from './usage-table.tsx';

const RANGES = [1, 7, 30] as const;

/** What models were used for and what that cost; the days stand in the address. */
export function UsagePage() {
  const t = useAiText();
  const [parameters, setParameters] = useSearchParams();
  const days = RANGES.find((range) => String(range) === parameters.get('days')) ?? 7;
  const usage = useAiUsage(days);
  return (
    <div className="flex flex-col gap-4">
      <Field title={t('usage.range')}>
        {(control) => (
          <Select
            {...control}
            className="max-w-52"
            value={String(days)}
            options={RANGES.map((range) => ({ value: String(range), label: t(`usage.days.${range}`) }))}
            onValueChange={(value) => setParameters({ days: value }, { replace: true })}
          />
        )}
      </Field>
      {usage.isPending && <SkeletonList rows={4} className="*:h-24" />}
      {usage.error && <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />}
      {usage.data && <Figures usage={usage.data} />}
    </div>
  );
}

function Figures({ usage }: { usage: AiUsage }) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const count = (value: number) => countText(value, i18n.language);
  const total = totalOf(usage.byDay);
  const { hitRate, hits, answers } = usage.cache;
  if (total.requests === 0) {
    return (
      <>
        <TodaySpend today={usage.today} />
        <EmptyState icon={ChartColumn} title={t('usage.empty')}>
          {t('usage.emptyText')}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <Figure name={t('usage.requests')} note={t('usage.errors', { count: total.errors })}>
          {count(total.requests)}
        </Figure>
        <Figure
          name={t('usage.tokens')}
          note={t('usage.tokensNote', { input: count(total.tokensIn), output: count(total.tokensOut) })}
        >
          {count(total.tokensIn + total.tokensOut)}
        </Figure>
        <Figure name={t('usage.cost')} note={t('usage.costNote')}>
          {usdText(total.costUsd, i18n.language)}
        </Figure>
        <Figure
          name={t('usage.cache')}
          note={t('usage.cacheNote', { hits: count(hits), answers: count(answers) })}
        >
          {hitRate === null ? '–' : percentText(hitRate, i18n.language)}
        </Figure>
      </dl>
      <TodaySpend today={usage.today} />
      <UsageTable
        title={t('usage.byModel')}
        rows={usage.byModel.map(({ model, isPriceKnown, ...used }) => ({
          ...used,
          key: model,
          name: (
            <>
              {model === 'builtin' ? t('builtin') : <ModelName name={model} />}
              {!isPriceKnown && <UnknownPrice model={model} />}
            </>
          ),
        }))}
      />
      <UsageTable
        title={t('usage.byTask')}
        rows={usage.byTask.map(({ task, ...used }) => ({
          ...used,
          key: task,
          name: t(`task.${task}`, { defaultValue: task }),
        }))}
      />
      <UsageTable
        title={t('usage.byDay')}
        rows={usage.byDay.map(({ day, ...used }) => ({
          ...used,
          key: day,
          name: dayText(day, i18n.language),
        }))}
      />
      <p className="text-xs text-muted-foreground">{t('usage.kept')}</p>
    </>
  );
}

function Figure({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <Card className="min-w-0 px-4 py-3">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd>
        <span className="text-xl font-semibold tracking-tight tabular-nums">{children}</span>
        <span className="block text-xs text-muted-foreground">{note}</span>
      </dd>
    </Card>
  );
}

function UnknownPrice({ model }: { model: string }) {
  const t = useAiText();
  return (
    <span className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs">
      <Badge tone="warning">{t('usage.guessed')}</Badge>
      <Link
        to={`/settings/ai/budget?price=${encodeURIComponent(model)}`}
        aria-label={t('usage.setPriceOf', { model })}
        className="rounded-sm text-primary underline underline-offset-2"
      >
        {t('usage.setPrice')}
      </Link>
    </span>
  );
}
