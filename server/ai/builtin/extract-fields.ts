import type { ExtractedValue, ExtractField } from '../../../engine/services.ts';
import { findClaims } from '../guardrails/find-claims.ts';
import { findPhrases } from '../guardrails/find-phrases.ts';
import { comparable, comparableWords, withoutUnseen } from '../guardrails/plain-text.ts';
import { readNumber } from '../guardrails/read-numbers.ts';
import { isDate, plainPhone } from '../tasks/extract.ts';

const YES =
  /^(?:yes|yep|yeah|yup|sure|ok|okay|of course|definitely|ja|klar|gerne|si|claro|vale|por supuesto|oui|bien sur|d'accord|sim|certo|certamente|va bene)\b/u;
const NO = /^(?:no|nope|nah|never|nein|nee|non|nao|nunca|jamais)\b/u;

const NAME_AFTER =
  "my name is|i am called|this is|i am|i'm|ich heiße|ich heisse|ich bin|mein name ist|me llamo|mi nombre es|soy|je m'appelle|mon nom est|je suis|meu nome é|me chamo|sou|mi chiamo|il mio nome è|sono";
const PLACE_AFTER =
  "i live in|i'm from|i am from|ich wohne in|ich komme aus|vivo en|soy de|j'habite à|je viens de|moro em|sou de|abito a|vengo da|from|aus|in";
const PROPER_NAME = String.raw`(?<value>\p{Lu}[\p{L}'-]*(?:\s\p{Lu}[\p{L}'-]*){0,2})`;

/** Beginnings after which a name or a place follows, by words of the field's name and description. */
const AFTER: [about: RegExp, pattern: RegExp][] = [
  [/\b(?:name|nombre|nom|nome)\b/u, afterAny(NAME_AFTER)],
  [/\b(?:city|town|place|location|stadt|ort|ciudad|ville|cidade|citta)\b/u, afterAny(PLACE_AFTER)],
];

/** The beginnings may begin a sentence; what follows is a name by its capital letter. */
function afterAny(beginnings: string): RegExp {
  const either = beginnings
    .split('|')
    .map((words) => `[${words.charAt(0)}${words.charAt(0).toUpperCase()}]${words.slice(1)}`);
  return new RegExp(`(?<!\\p{L})(?:${either.join('|')})\\s+${PROPER_NAME}`, 'u');
}

/**
 * Fields of a text by patterns: addresses, phone numbers, numbers, dates, choices by their words, yes and no. A field of free
 * text is found behind its name ("size: 38") or a usual beginning ("my name is"). Basic: what has no pattern stays null.
 * @param today `YYYY-MM-DD`, for dates without a year: the next such day
 */
export function extractByPatterns(
  { text, fields }: { text: string; fields: ExtractField[] },
  today: string,
): Record<string, ExtractedValue> {
  const shown = withoutUnseen(text).normalize('NFC');
  return Object.fromEntries(fields.map((field) => [field.name, readField(field, shown, today)]));
}

function readField(field: ExtractField, text: string, today: string): ExtractedValue {
  switch (field.type) {
    case 'email':
      return findClaims(text).find(({ kind }) => kind === 'email')?.value ?? null;
    case 'phone': {
      const phone = findClaims(text).find(({ kind }) => kind === 'phone');
      return phone ? plainPhone(phone.text) : null;
    }
    case 'number':
      return numberOf(field, text);
    case 'date':
      return dateOf(text, today);
    case 'boolean': {
      const plain = comparable(text).trim();
      return YES.test(plain) ? true : NO.test(plain) ? false : null;
    }
    case 'choice':
      return choiceOf(field.choices ?? [], text);
    case 'text':
      return afterBeginning(field, text) ?? labelled(field, text);
    default:
      return field.type satisfies never;
  }
}

/** The number behind or before a word of the field's name, else the only number of the text. */
function numberOf(field: ExtractField, text: string): number | null {
  const named = labelled(field, text);
  const behind = named === null ? null : readNumber((/\d[\d.,]*/.exec(named) ?? [''])[0]);
  if (behind !== null) return behind;
  // Figures of addresses, dates and phone numbers are none.
  const other = findClaims(text).filter(({ kind }) =>
    ['email', 'link', 'date', 'time', 'phone', 'code'].includes(kind),
  );
  const rest = other.reduce((left, claim) => left.replace(claim.text, ' '), comparable(text));
  const numbers = rest.match(/(?<![\p{L}\d])\d+(?:[.,]\d+)*(?![\p{L}\d])/gu) ?? [];
  if (numbers.length === 1) return readNumber(numbers[0] ?? '');
  if (numbers.length > 1) return null;
  const words = comparableWords(rest).flatMap((word) => (/\d/.test(word) ? [] : (readNumber(word) ?? [])));
  return words.length === 1 ? (words[0] ?? null) : null;
}

function dateOf(text: string, today: string): string | null {
  const iso = /\b\d{4}-\d\d-\d\d\b/.exec(text)?.[0];
  if (iso && isDate(iso)) return iso;
  const date = findClaims(text).find(({ kind }) => kind === 'date');
  const [day = '', month = '', year = ''] = date?.value.split('|')[0]?.split('.') ?? [];
  if (!date) return null;
  const thisYear = Number(today.slice(0, 4));
  const inYear = (full: number) => `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const value = year
    ? inYear(2000 + Number(year))
    : inYear(thisYear) >= today
      ? inYear(thisYear)
      : inYear(thisYear + 1);
  return isDate(value) ? value : null;
}

/** The choice that the text names; null for none and for several. */
function choiceOf(choices: string[], text: string): string | null {
  const named = findPhrases(text, choices);
  const longest = named.filter(
    (choice) => !named.some((other) => other !== choice && comparable(other).includes(comparable(choice))),
  );
  return longest.length === 1 ? (longest[0] ?? null) : null;
}

/** `size: 38` and `size is 38`, to the end of the clause. */
function labelled({ name }: ExtractField, text: string): string | null {
  const words = name
    .replace(/[_-]+/g, ' ')
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(
    `(?<![\\p{L}])${words}\\s*(?::|=|is|ist|es|est|e|è|é)\\s*(?<value>[^\\n,;!?]{1,200}?)(?=[\\n,;!?]|\\.(?:\\s|$)|$)`,
    'iu',
  ).exec(text);
  return found?.groups?.value?.trim() || null;
}

function afterBeginning({ name, description = '' }: ExtractField, text: string): string | null {
  const about = comparable(`${name} ${description}`).replace(/[_-]+/g, ' ');
  const [, pattern] = AFTER.find(([each]) => each.test(about)) ?? [];
  return pattern?.exec(text)?.groups?.value?.trim() || null;
}
