/** US dollars as people read them: `$0.0042`, `$12.50`, `$0`. Small amounts keep two digits that say something. */
export function usdText(value: number, language: string): string {
  const small = value !== 0 && Math.abs(value) < 0.1;
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    ...(small
      ? { minimumFractionDigits: 2, maximumSignificantDigits: 2, roundingPriority: 'morePrecision' as const }
      : { minimumFractionDigits: value === 0 ? 0 : 2, maximumFractionDigits: 2 }),
  }).format(value);
}

export const percentText = (share: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);

export const countText = (value: number, language: string): string =>
  new Intl.NumberFormat(language).format(value);
