import type { AiUsage } from '../../../server/contract/ai.ts';

export type Used = Omit<AiUsage['byDay'][number], 'day'>;

const NOTHING: Used = { requests: 0, errors: 0, cacheHits: 0, tokensIn: 0, tokensOut: 0, costUsd: 0 };

/** All of them together. */
export const totalOf = (parts: readonly Used[]): Used =>
  parts.reduce<Used>(
    (sum, part) => ({
      requests: sum.requests + part.requests,
      errors: sum.errors + part.errors,
      cacheHits: sum.cacheHits + part.cacheHits,
      tokensIn: sum.tokensIn + part.tokensIn,
      tokensOut: sum.tokensOut + part.tokensOut,
      costUsd: sum.costUsd + part.costUsd,
    }),
    NOTHING,
  );

/** How much of the longest bar each part gets, 0 to 1: by cost, and by requests where nothing has a cost. */
export function barShares(parts: readonly Used[]): number[] {
  const hasCost = parts.some(({ costUsd }) => costUsd > 0);
  const sizes = parts.map(({ costUsd, requests }) => (hasCost ? costUsd : requests));
  const most = Math.max(...sizes, Number.MIN_VALUE);
  return sizes.map((size) => size / most);
}

/** A day of the server's (UTC), whatever the viewer's time zone. @param day `2026-03-09` */
export const dayText = (day: string, language: string): string =>
  new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
