import type { Language, ReadAnswer } from './answer-kinds.ts';
import { NOT_VALID, valid } from './answer-kinds.ts';

const CANDIDATE = /[-+−]?(?:\d{1,3}(?:[  '’]\d{3})+(?:[.,]\d+)?(?!\d)|\d[\d.,]*)/g;

/** The one number in a text ("25 years" is 25), with the separators of the language: 1,234.5 or 1.234,5. */
export function readNumber(
  text: string,
  { min, max, wholeOnly }: { min?: number | undefined; max?: number | undefined; wholeOnly: boolean },
  language: Language,
): ReadAnswer {
  const found = text.normalize('NFKC').match(CANDIDATE) ?? [];
  const [candidate] = found;
  if (candidate === undefined || found.length > 1) return NOT_VALID;
  const value = Number(plainNumber(candidate, language));
  const fits =
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (!wholeOnly || Number.isInteger(value));
  return fits ? valid(value) : NOT_VALID;
}

/** Written as JavaScript writes numbers. */
function plainNumber(written: string, language: Language): string {
  const text = written
    .replace('−', '-')
    .replace(/[  '’]/g, '')
    .replace(/[.,]+$/, '');
  const [first, ...others] = text.match(/[.,]/g) ?? [];
  if (first === undefined) return text;
  const last = others.at(-1) ?? first;
  const isMixed = others.some((separator) => separator !== first);
  if (isMixed) return decimal(text, last);
  if (others.length > 0) return text.replaceAll(first, '');
  // One separator: "1,234" is a thousand where the language groups by it, "12,5" is never.
  const grouping = language.startsWith('en') ? ',' : '.';
  return first === grouping && /[.,]\d{3}$/.test(text) ? text.replace(first, '') : decimal(text, first);
}

function decimal(text: string, separator: string): string {
  const at = text.lastIndexOf(separator);
  return `${text.slice(0, at).replace(/[.,]/g, '')}.${text.slice(at + 1)}`;
}
