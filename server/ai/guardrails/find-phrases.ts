import { searchTerms } from '../../knowledge/search-terms.ts';
import { splitSentences } from '../../knowledge/split-sentences.ts';
import { comparable, comparableWords } from './plain-text.ts';

/** Digits and signs that stand for letters ("sh1t", "$cam"), as far as they do so inside of words. */
const DISGUISES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  $: 's',
  '@': 'a',
  '!': 'i',
};

/**
 * Which of the words and phrases stand in the text, whole: `ass` is not in "class". Case, accents, fullwidth letters,
 * look-alikes, characters that are not seen, and letters written apart ("f r e e") make no difference.
 */
export function findPhrases(text: string, phrases: readonly string[]): string[] {
  if (phrases.length === 0) return [];
  const plain = ` ${comparableWords(text).join(' ')} `;
  const undisguised = ` ${wordsWithoutDisguise(text).join(' ')} `;
  return phrases.filter((phrase) => {
    const wanted = comparableWords(phrase).join(' ');
    if (wanted === '') return false;
    return [plain, joinApart(plain), undisguised].some((each) => each.includes(` ${wanted} `));
  });
}

/**
 * Which of the promises a sentence of the text makes: it has all the words of the promise that carry meaning, in whatever
 * form and order. "We can't promise free shipping" counts too: better a person looks once more.
 */
export function findPromises(text: string, promises: readonly string[]): string[] {
  if (promises.length === 0) return [];
  const sentences = splitSentences(text).map(comparableWords);
  return promises.filter((promise) => {
    const terms = searchTerms(promise);
    if (terms.length === 0) return findPhrases(text, [promise]).length > 0;
    return sentences.some((words) => terms.every(({ stem }) => words.some((word) => word.startsWith(stem))));
  });
}

function wordsWithoutDisguise(text: string): string[] {
  const tokens = comparable(text).match(/[\p{L}\p{N}$@!]+/gu) ?? [];
  return tokens.map((token) =>
    /\p{L}/u.test(token)
      ? [...token.replace(/!+$/, '')].map((each) => DISGUISES[each] ?? each).join('')
      : token,
  );
}

/** `f r e e` as `free`: three single letters or more in a row. */
const joinApart = (words: string) =>
  words.replace(/(?<= )\p{L}(?: \p{L}){2,}(?= )/gu, (letters) => letters.replaceAll(' ', ''));
