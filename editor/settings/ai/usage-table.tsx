import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { countText, usdText } from './money.ts';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';
import type { Used } from './usage-numbers.ts';
import { barShares } from './usage-numbers.ts';

export type UsageRow = Used & { key: string; name: ReactNode };

/** What was used, one row a model, task or day, with its share of the cost as a bar. */
export function UsageTable({ title, rows }: { title: string; rows: readonly UsageRow[] }) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const count = (value: number) => countText(value, i18n.language);
  const shares = barShares(rows);
  return (
    <Section title={title}>
      <table className="w-full">
        <caption className="sr-only">{title}</caption>
        <thead className="text-xs text-muted-foreground">
          <tr className="*:px-2 *:py-1 *:text-right *:font-medium">
            <th className="!pl-0 !text-left">{t('usage.what')}</th>
            <th>{t('usage.requests')}</th>
            <th className="max-md:hidden">{t('usage.errorsShort')}</th>
            <th className="max-md:hidden">{t('usage.fromCache')}</th>
            <th className="max-sm:hidden">{t('usage.tokens')}</th>
            <th className="!pr-0">{t('usage.cost')}</th>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {rows.map((row, at) => (
            <tr key={row.key} className="border-t border-border *:px-2 *:py-1.5 *:text-right *:align-top">
              <th scope="row" className="w-1/2 !pl-0 !text-left font-normal">
                {row.name}
                <span
                  aria-hidden
                  className="mt-1 block h-1 min-w-px rounded-full bg-primary"
                  style={{ width: `${(shares[at] ?? 0) * 100}%` }}
                />
              </th>
              <td>{count(row.requests)}</td>
              <td className="max-md:hidden">{count(row.errors)}</td>
              <td className="max-md:hidden">{count(row.cacheHits)}</td>
              <td className="max-sm:hidden">{count(row.tokensIn + row.tokensOut)}</td>
              <td className="!pr-0">{usdText(row.costUsd, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
