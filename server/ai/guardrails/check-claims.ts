import type { Claim } from './find-claims.ts';
import { ANY_CURRENCY, findClaims, numbersIn } from './find-claims.ts';
import { relativeDatesIn } from './relative-dates.ts';

/** What a text may rely on. */
export type Support = {
  /** Passages, the owner's instructions, what tools of the owner found. Never what a stranger wrote. */
  texts: readonly string[];
  /** Hosts that may be linked to without standing in a text. */
  allowedDomains?: readonly string[];
  /** Whom the text answers; may be named with an `@`. */
  username?: string | undefined;
};

/**
 * What a text states that nothing supports: prices, percentages, dates, times, weekdays, days like "tomorrow", durations, links, e-mail addresses,
 * phone numbers, handles and codes. Pure. Statements in words alone ("it is waterproof") are beyond it.
 */
export function unsupportedClaims(text: string, support: Support): Claim[] {
  const claims = findClaims(text);
  if (claims.length === 0) return [];
  const known = support.texts.flatMap(findClaims);
  const numbers = new Set(support.texts.flatMap((each) => [...numbersIn(each)]));
  const digits = support.texts.map((each) => each.normalize('NFKC').replace(/\D/g, ''));
  return claims.filter((claim) => !isSupported(claim));

  function isSupported({ kind, value }: Claim): boolean {
    const same = known.filter((each) => each.kind === kind);
    if (same.some((each) => each.value === value)) return true;
    switch (kind) {
      case 'price':
        return isPriceOfList(value, same);
      case 'percentage':
        return numbers.has(Number(value)) && same.length === 0;
      case 'date':
        return value
          .split('|')
          .some((day) => same.some((each) => each.value.split('|').some(isSameDay(day))));
      case 'time':
        return false;
      case 'link':
        return (
          isInDomains(value, support.allowedDomains ?? []) || same.some((each) => isHomeOf(value, each.value))
        );
      case 'phone':
        return value.length >= 7 && digits.some((each) => each.includes(value.replace(/^0+/, '')));
      case 'relative_date':
        return support.texts.some((each) => relativeDatesIn(each).has(value));
      case 'handle':
        return value === `@${support.username?.toLowerCase() ?? ''}`;
      default:
        return false;
    }
  }

  /** A number without a currency beside it supports the price, one with another currency does not. */
  function isPriceOfList(value: string, prices: Claim[]): boolean {
    const [sum, currency] = value.split(' ');
    const amount = Number(sum);
    const inOtherCurrency =
      currency !== ANY_CURRENCY &&
      prices.some((each) => each.value.startsWith(`${sum} `) && !each.value.endsWith(ANY_CURRENCY));
    return Number.isFinite(amount) && numbers.has(amount) && !inOtherCurrency;
  }
}

/** Whether a link leads to one of the hosts or to a host below it. */
export function isInDomains(link: string, domains: readonly string[]): boolean {
  const host = (link.split(/[/?#]/)[0] ?? '').replace(/^[^@]*@/, '').replace(/:\d+$/, '');
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** "See example.com" of a text that has `example.com/shipping`. */
const isHomeOf = (link: string, known: string) => known.startsWith(`${link}/`) && !link.includes('/');

/** A year that only one of both names is no contradiction. */
const isSameDay = (one: string) => (other: string) => {
  const [dayOne, monthOne, yearOne] = one.split('.');
  const [day, month, year] = other.split('.');
  return dayOne === day && monthOne === month && (!yearOne || !year || yearOne === year);
};
