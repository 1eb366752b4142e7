import type { ModerationCategory } from '../../../engine/services.ts';
import { findClaims } from '../guardrails/find-claims.ts';
import { comparable, comparableWords } from '../guardrails/plain-text.ts';
import type { Verdict } from './classifier.ts';
import { HATE, INSULTS, SELF_HARM, SEXUAL, SPAM, THREATS, VIOLENCE } from './moderation-words.ts';
import { intentVerdict } from './shipped-intents.ts';

type Entry = { words: string[]; isOpen: boolean };
type Vocabulary = { byFirstWord: Map<string, Entry[]>; openFirst: Entry[] };

const VOCABULARIES: [ModerationCategory, Vocabulary][] = (
  [
    ['insult', INSULTS],
    ['threat', THREATS],
    ['hate', HATE],
    ['sexual', SEXUAL],
    ['self_harm', SELF_HARM],
    ['violence', VIOLENCE],
    ['spam', SPAM],
  ] as const
).map(([category, words]) => [category, vocabularyOf(words)]);

/** A word of the list is next to certain; the classifier of the shipped intents counts when it is rather sure. */
const LISTED = 0.95;
const CLASSIFIER_COUNTS_FROM = 0.6;
/** Written like this it is an advertisement whatever the words: capitals, or many marks. */
const LOUD = 0.55;

/**
 * How likely a text is each category, from 0 to 1, by words and phrases in six languages, patterns, and the shipped intents.
 * It is basic: it knows no irony, and a word that is not on its lists passes.
 */
export function moderate(text: string): Record<ModerationCategory, number> {
  const scores: Record<ModerationCategory, number> = {
    insult: 0,
    threat: 0,
    hate: 0,
    sexual: 0,
    self_harm: 0,
    violence: 0,
    spam: 0,
    link: 0,
  };
  if (text.trim() === '') return scores;
  const readings = readingsOf(text);
  for (const [category, vocabulary] of VOCABULARIES) {
    if (readings.some((words) => hasEntry(words, vocabulary))) scores[category] = LISTED;
  }
  const intent = intentVerdict(text);
  scores.insult = Math.max(scores.insult, sureOf(intent, 'abuse'));
  scores.spam = Math.max(scores.spam, sureOf(intent, 'spam'));
  const links = findClaims(withoutMentions(text)).filter(({ kind }) => kind === 'link');
  if (links.length > 0) scores.link = 1;
  if (isLoud(text) && (links.length > 0 || /\$|💰|💸|🤑|🚀/u.test(text)))
    scores.spam = Math.max(scores.spam, LOUD);
  return scores;
}

const sureOf = ({ scores }: Verdict, intent: string) => {
  const score = scores[intent] ?? 0;
  return score >= CLASSIFIER_COUNTS_FROM ? score : 0;
};

/** `@anna.de` is a person whose name looks like an address. */
const withoutMentions = (text: string) =>
  text.replace(/(?<![\p{L}\p{N}._%+-])@[\p{L}\p{N}_.]+(?![/\p{L}\p{N}_.])/gu, ' ');

/** As it stands, with figures for letters read as letters, with letters written apart joined, and without stars in words. */
function readingsOf(text: string): string[][] {
  const plain = comparable(text);
  const letters: Record<string, string> = {
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    $: 's',
    '@': 'a',
  };
  const unleet = plain.replace(/[\p{L}\d$@]+/gu, (word) =>
    /\p{L}.*\p{L}/u.test(word) ? word.replace(/[01345$@]/g, (sign) => letters[sign] ?? sign) : word,
  );
  const joined = plain.replace(/(?<!\p{L})\p{L}(?:[ .\-_]\p{L}(?!\p{L})){2,}/gu, (run) =>
    run.replace(/[ .\-_]/g, ''),
  );
  const starred = plain
    .replace(/f[*#]+c?k/g, 'fuck')
    .replace(/sh[*#]+t/g, 'shit')
    .replace(/b[*#]+ch/g, 'bitch');
  const short = plain.replace(/(\p{L})\1{2,}/gu, '$1');
  return [plain, unleet, joined, starred, short].map(comparableWords);
}

function hasEntry(words: string[], { byFirstWord, openFirst }: Vocabulary): boolean {
  return words.some((word, at) => {
    const entries = byFirstWord.get(word) ?? [];
    return [...entries, ...openFirst.filter((entry) => word.startsWith(entry.words[0] ?? ''))].some((entry) =>
      entry.words.every((wanted, offset) => {
        const isLast = offset === entry.words.length - 1;
        const found = words[at + offset];
        return found !== undefined && (isLast && entry.isOpen ? found.startsWith(wanted) : found === wanted);
      }),
    );
  });
}

function vocabularyOf(list: string): Vocabulary {
  const byFirstWord = new Map<string, Entry[]>();
  const openFirst: Entry[] = [];
  for (const item of list.split(/\s+/)) {
    const words = comparableWords(item.replaceAll('_', ' '));
    const [first] = words;
    if (first === undefined) continue;
    const entry = { words, isOpen: item.endsWith('*') };
    if (entry.isOpen && words.length === 1) openFirst.push(entry);
    else byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), entry]);
  }
  return { byFirstWord, openFirst };
}

/** Mostly capitals, or a row of marks. */
function isLoud(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const capitals = text.match(/\p{Lu}/gu) ?? [];
  return (letters.length >= 12 && capitals.length / letters.length > 0.6) || /[!?]{3,}/.test(text);
}
