import type { Language, ReadAnswer } from './answer-kinds.ts';
import { NOT_VALID, valid } from './answer-kinds.ts';
import { folded } from './folded.ts';

type DateParts = { year: number; month: number; day: number };

const YEAR_FIRST = /\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b/;
const YEAR_LAST = /\b(\d{1,2})([-/.])\s?(\d{1,2})[-/.]\s?(\d{4}|\d{2})\b/;

/**
 * The date in a text, as `2026-12-31`: numbers in the order of the language (12/31/2026 in English, 31/12/2026 in British
 * English and elsewhere) or the month by its name. The year has to be there: without it nobody knows whether a birthday
 * or the next weekend is meant.
 */
export function readDate(text: string, language: Language, now: Date): ReadAnswer {
  const plain = folded(text);
  const parts = yearFirst(plain) ?? yearLast(plain, language, now) ?? namedMonth(plain, language, now);
  return parts && exists(parts) ? valid(isoDate(parts)) : NOT_VALID;
}

function yearFirst(text: string): DateParts | undefined {
  const [, year, month, day] = YEAR_FIRST.exec(text) ?? [];
  return year === undefined ? undefined : { year: Number(year), month: Number(month), day: Number(day) };
}

function yearLast(text: string, language: Language, now: Date): DateParts | undefined {
  const [, first, separator, second, written] = YEAR_LAST.exec(text) ?? [];
  if (first === undefined || written === undefined) return undefined;
  const year = fullYear(written, now);
  const [one, two] = [Number(first), Number(second)];
  // Dots are written with the day first, in English too; 31/12 can only mean one thing.
  const isMonthFirst = language === 'en' && separator !== '.' ? one <= 12 : two > 12;
  return isMonthFirst ? { year, month: one, day: two } : { year, month: two, day: one };
}

/** "3 March 2026", "March 3rd, 2026", "3. März 2026", "3 de marzo de 2026". */
function namedMonth(text: string, language: Language, now: Date): DateParts | undefined {
  const words = text.match(/[a-z]+|\d+/g) ?? [];
  const names = monthsOf(language);
  const months = words.flatMap((word) => names.get(word) ?? []);
  const numbers = words.filter((word) => /^\d+$/.test(word));
  const [month] = months;
  const [day, year] = numbers;
  if (month === undefined || months.length > 1 || numbers.length !== 2) return undefined;
  if (day === undefined || day.length > 2 || year === undefined || (year.length !== 4 && year.length !== 2)) {
    return undefined;
  }
  return { year: fullYear(year, now), month, day: Number(day) };
}

const months = new Map<Language, Map<string, number>>();

/** Names of the months, long and short, without accents; English ones are understood everywhere. */
function monthsOf(language: Language): Map<string, number> {
  const known = months.get(language);
  if (known) return known;
  const names = new Map<string, number>();
  for (const locale of ['en', language]) {
    for (const style of ['short', 'long'] as const) {
      const format = new Intl.DateTimeFormat(locale, { month: style, timeZone: 'UTC' });
      for (let month = 1; month <= 12; month++) {
        names.set(folded(format.format(Date.UTC(2026, month - 1, 1))).replace(/\W/g, ''), month);
      }
    }
  }
  months.set(language, names);
  return names;
}

/** Two digits mean up to ten years from now, else the last century. */
function fullYear(written: string, now: Date): number {
  if (written.length === 4) return Number(written);
  const year = 2_000 + Number(written);
  return year <= now.getUTCFullYear() + 10 ? year : year - 100;
}

function exists({ year, month, day }: DateParts): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    year >= 1_900 && year < 2_200 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && day > 0
  );
}

function isoDate({ year, month, day }: DateParts): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
