import { z } from 'zod';
import { matchesPattern } from '../../engine/pattern.ts';

export const keywordMatchSchema = z.enum(['any', 'all', 'exact', 'regex']);
export type KeywordMatch = z.output<typeof keywordMatchSchema>;

/** Instagram comments end at 2,200 characters; more is not read. */
const MAX_TEXT = 4_000;

/** Matchers by their definition. Beyond this many it starts anew, so that it can't grow without bound. */
const MAX_MATCHERS = 1_000;
const matchers = new Map<string, (text: string) => boolean>();

/**
 * Whether a text contains the keywords. Upper and lower case, accents and Unicode variants of a letter count as the
 * same; a keyword must stand as a whole word (`any`, `all`) or be all there is (`exact`). No keywords: every text.
 * With `regex` the keywords are patterns, of which one must be found; they run in linear time.
 * @throws Error when a pattern is invalid; `patternProblem` (engine/pattern.ts) tells beforehand
 */
export function matchesKeywords(text: string, keywords: readonly string[], match: KeywordMatch): boolean {
  if (keywords.length === 0) return true;
  const key = JSON.stringify([match, keywords]);
  let matcher = matchers.get(key);
  if (!matcher) {
    if (matchers.size >= MAX_MATCHERS) matchers.clear();
    matcher = compileKeywords(keywords, match);
    matchers.set(key, matcher);
  }
  return matcher(text.slice(0, MAX_TEXT));
}

function compileKeywords(keywords: readonly string[], match: KeywordMatch): (text: string) => boolean {
  switch (match) {
    case 'regex':
      return (text) => {
        const normalised = text.normalize('NFKC');
        return keywords.some((pattern) => matchesPattern(pattern, normalised));
      };
    case 'exact': {
      const wanted = new Set(keywords.map(fold).flatMap((keyword) => [keyword, bare(keyword)]));
      wanted.delete('');
      return (text) => wanted.has(fold(text)) || wanted.has(bare(fold(text)));
    }
    case 'any':
    case 'all': {
      const wanted = keywords.map(fold);
      return (text) => {
        const folded = fold(text);
        const found = (keyword: string) => containsWord(folded, keyword);
        return match === 'any' ? wanted.some(found) : wanted.every(found);
      };
    }
    default:
      return match satisfies never;
  }
}

/**
 * One spelling for texts that read the same. Only the accents of European scripts are dropped (U+0300 to U+036F): the
 * marks of other scripts are letters of their own. U+FE0F only asks for an emoji's coloured form.
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\ufe0f]/g, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

function bare(folded: string): string {
  return folded.replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, '');
}

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that put no spaces between words: there a keyword counts wherever it stands. */
const UNSPACED_SCRIPT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function containsWord(text: string, word: string): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = characterBefore(text, at);
    const after = characterAt(text, at + word.length);
    const first = characterAt(word, 0);
    const last = characterBefore(word, word.length);
    if (!joinsWord(before, first) && !joinsWord(last, after)) return true;
  }
  return false;
}

function joinsWord(left: string, right: string): boolean {
  return [left, right].every(
    (character) => WORD_CHARACTER.test(character) && !UNSPACED_SCRIPT.test(character),
  );
}

function characterAt(text: string, index: number): string {
  const point = text.codePointAt(index);
  return point === undefined ? '' : String.fromCodePoint(point);
}

function characterBefore(text: string, index: number): string {
  const pair = text.slice(Math.max(0, index - 2), index);
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? pair : pair.slice(-1);
}
