import { chunkText } from './chunk-text.ts';
import type { OpenedDocument } from './extraction/extraction-protocol.ts';

/** A passage as it is to be stored; `page` from 1, null where a document has no pages. */
export type NewPassage = { text: string; page: number | null };

const ENDS_A_SENTENCE = /[.!?…。！？:;"'”»)\]]\s*$/u;
/** More than this of a page goes over to the next one only by mistake. */
const MOST_CARRIED = 400;

/** The passages of a document without pages. A question with its answer is one passage, however long. */
export function passagesOf(document: Exclude<OpenedDocument, { kind: 'pages' }>): NewPassage[] {
  if (document.kind === 'pairs') {
    return document.pairs.map((pair) => ({ text: pairText(pair), page: null }));
  }
  return trimmedChunks(document.text).map((text) => ({ text, page: null }));
}

/** A question in one line and its answer below: how pairs are stored, and read by `pairOfText`. */
export const pairText = ({ question, answer }: { question: string; answer: string }): string =>
  `${question.replace(/\s+/g, ' ').trim()}\n${answer.trim()}`;

/** The question and the answer of a stored pair. */
export function pairOfText(text: string): { question: string; answer: string } {
  const end = text.indexOf('\n');
  return end < 0
    ? { question: text, answer: '' }
    : { question: text.slice(0, end), answer: text.slice(end + 1) };
}

/**
 * The passages of pages that follow each other. Each page is cut on its own, so that a passage has one page; a sentence that
 * goes over the border stands whole at the beginning of the page on which it ends.
 * @param first number of the first page, from 1
 * @param before text of the page before, or its end; empty for none
 */
export function passagesOfPages(texts: readonly string[], first: number, before: string): NewPassage[] {
  let previous = before;
  return texts.flatMap((text, index) => {
    const carried = carriedOver(previous, text);
    previous = text;
    const whole = carried === '' ? text : `${carried} ${text}`;
    return trimmedChunks(whole).map((chunk) => ({ text: chunk, page: first + index }));
  });
}

/** The beginning of a sentence at the end of a page, when the next page goes on in the middle of one. */
function carriedOver(before: string, text: string): string {
  if (before === '' || ENDS_A_SENTENCE.test(before) || !/^\p{Ll}/u.test(text)) return '';
  const end = before.slice(-MOST_CARRIED);
  const start = Math.max(
    end.lastIndexOf('\n'),
    ...['. ', '! ', '? '].map((mark) => end.lastIndexOf(mark) + 1),
  );
  return end.slice(start + 1).trim();
}

const trimmedChunks = (text: string) =>
  chunkText(text)
    .map((chunk) => chunk.text.trim())
    .filter((chunk) => chunk !== '');
