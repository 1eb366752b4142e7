import type { ReadAnswer } from './answer-kinds.ts';
import { NOT_VALID, valid } from './answer-kinds.ts';

const CANDIDATE = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+/gu;
const PART = /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const TOP = /^\p{L}{2,63}$/u;

/** Longest local part and address (RFC 5321, 4.5.3.1). */
const LONGEST_LOCAL = 64;
const LONGEST_ADDRESS = 254;

/** The one e-mail address in a text, its domain in small letters. */
export function readEmail(text: string): ReadAnswer {
  const found = (text.normalize('NFKC').match(CANDIDATE) ?? []).map(tidy);
  const [address] = found;
  if (address === undefined || new Set(found).size > 1) return NOT_VALID;
  const [local = '', domain = ''] = address.split('@');
  const parts = domain.split('.');
  const isAddress =
    local.length <= LONGEST_LOCAL &&
    address.length <= LONGEST_ADDRESS &&
    !/^\.|\.\.|\.$/.test(local) &&
    parts.length >= 2 &&
    parts.every((part) => PART.test(part)) &&
    TOP.test(parts.at(-1) ?? '');
  return isAddress ? valid(address) : NOT_VALID;
}

/** Without the full stop of the sentence around it. */
function tidy(candidate: string): string {
  const at = candidate.lastIndexOf('@');
  const domain = candidate
    .slice(at + 1)
    .replace(/[.-]+$/, '')
    .toLowerCase();
  return `${candidate.slice(0, at)}@${domain}`;
}
