import type { ReadAnswer } from './answer-kinds.ts';
import { NOT_VALID, valid } from './answer-kinds.ts';
import { codeAtStart, dialingOf } from './calling-codes.ts';

/** Digits of a number with its calling code (ITU-T E.164: 15 at most). */
const FEWEST_DIGITS = 8;
const MOST_DIGITS = 15;

const CANDIDATE = /(?:\+|\b)[\d(][\d\s()./-]{4,}\d/g;

/** A phone number in a text, as `+4917012345678`. One without a calling code belongs to `country` (two letters). */
export function readPhone(text: string, country: string): ReadAnswer {
  const candidates = text.normalize('NFKC').match(CANDIDATE) ?? [];
  const [candidate] = candidates;
  if (candidate === undefined || candidates.length > 1) return NOT_VALID;
  const digits = international(candidate, country);
  if (digits === undefined || digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) return NOT_VALID;
  const code = codeAtStart(digits);
  if (code === undefined) return NOT_VALID;
  // North America: area code and exchange begin with 2 to 9, ten digits in all ("North American Numbering Plan").
  if (code === '1' && !/^1[2-9]\d{2}[2-9]\d{6}$/.test(digits)) return NOT_VALID;
  return valid(`+${digits}`);
}

/** The digits from the calling code on; undefined for a country that is not known. */
function international(written: string, country: string): string | undefined {
  // "+49 (0)170 …": the zero is for callers inside the country.
  const digits = written.replace(/^(\+|00)([\d\s]*)\(0\)/, '$1$2').replace(/\D/g, '');
  if (written.trim().startsWith('+')) return digits;
  const dialing = dialingOf(country);
  if (!dialing) return undefined;
  const { code, trunkPrefix } = dialing;
  const prefix = code === '1' ? '011' : '00';
  if (digits.startsWith(prefix)) return digits.slice(prefix.length);
  const isTrunk = trunkPrefix !== '' && digits.startsWith(trunkPrefix);
  return code + (isTrunk ? digits.slice(trunkPrefix.length) : digits);
}
