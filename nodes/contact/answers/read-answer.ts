import { matchesPattern } from '../../../engine/pattern.ts';
import type { AnswerKind, Language, ReadAnswer } from './answer-kinds.ts';
import { NOT_VALID, valid } from './answer-kinds.ts';
import { foldedWord } from './folded.ts';
import { readDate } from './read-date.ts';
import { readEmail } from './read-email.ts';
import { readNumber } from './read-number.ts';
import { readPhone } from './read-phone.ts';

/** What is read of a message; no answer is longer, and patterns need not look at a whole essay. */
const LONGEST_ANSWER = 1_000;

/** What a person wrote or tapped. */
export type Answer = { text: string; quickReply?: string | undefined };

/** Reads an answer as its kind wants it. Pure: `now` only tells which century a short year belongs to. */
export function readAnswer(answer: Answer, kind: AnswerKind, language: Language, now: Date): ReadAnswer {
  const text = answer.text.trim();
  if (text === '' || text.length > LONGEST_ANSWER) return NOT_VALID;
  switch (kind.kind) {
    case 'email':
      return readEmail(text);
    case 'phone':
      return readPhone(text, kind.country);
    case 'number':
      return readNumber(text, kind, language);
    case 'date':
      return readDate(text, language, now);
    case 'text':
      return readText(text, kind);
    case 'choice':
      return readChoice({ ...answer, text }, kind.options);
    default:
      return kind satisfies never;
  }
}

function readText(text: string, kind: AnswerKind & { kind: 'text' }): ReadAnswer {
  const characters = [...text].length;
  const fits =
    characters >= kind.min &&
    characters <= kind.max &&
    (kind.pattern === '' || matchesPattern(kind.pattern, text));
  return fits ? valid(text) : NOT_VALID;
}

/** Tapped, written, or the number of the option. */
function readChoice({ text, quickReply }: Answer, options: readonly string[]): ReadAnswer {
  const wanted = foldedWord(text);
  const chosen =
    options.find((option) => option === quickReply) ??
    options.find((option) => foldedWord(option) === wanted) ??
    (/^\d{1,2}$/.test(wanted) ? options[Number(wanted) - 1] : undefined);
  return chosen === undefined ? NOT_VALID : valid(chosen);
}
