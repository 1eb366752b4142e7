import type { Passage } from '../../../engine/services.ts';
import type { SearchTerm } from '../../knowledge/search-terms.ts';
import { matchTerm, searchableText, searchTerms } from '../../knowledge/search-terms.ts';
import { splitSentences } from '../../knowledge/split-sentences.ts';

export type BestSentences = { text: string; sources: string[] };

const MOST_PASSAGES = 6;
/** A second sentence is added when it says nearly as much about the question as the first. */
const SECOND_IS_WORTH = 0.55;
/** Long sentences have every word by chance (the `b` of BM25). */
const USUAL_LENGTH = 14;
/** A question gives this part of its score to the sentence after it, which answers; a heading to all sentences below it. */
const QUESTION_GIVES = 0.85;
const HEADING_GIVES = 0.4;

type Scored = { text: string; passage: Passage; position: number; score: number };

/** The one or two sentences of the passages that answer the message best, in their order; null when none has to do with it. */
export function bestSentences(message: string, passages: Passage[]): BestSentences | null {
  const terms = searchTerms(message);
  if (terms.length === 0) return null;
  const scored = scoreSentences(terms, passages.slice(0, MOST_PASSAGES));
  const ranked = scored.toSorted((a, b) => b.score - a.score || a.position - b.position);
  const [first] = ranked;
  if (!first || first.score <= 0) return null;
  const second = ranked.find(
    (each) => each !== first && each.text !== first.text && each.score >= first.score * SECOND_IS_WORTH,
  );
  const chosen = [first, ...(second ? [second] : [])].sort((a, b) => a.position - b.position);
  return {
    text: chosen.map(({ text }) => withFullStop(text)).join(' '),
    sources: [...new Set(chosen.map(({ passage }) => passage.id))],
  };
}

function scoreSentences(terms: SearchTerm[], passages: Passage[]): Scored[] {
  const sentences = passages.flatMap((passage) =>
    splitSentences(passage.text)
      .map(plainSentence)
      .filter((text) => text !== '')
      .map((text) => ({ text, passage, words: wordsOf(text) })),
  );
  const matches = sentences.map(({ words }) => terms.map((term) => matchTerm(term, words)));
  const weights = terms.map((_, term) => {
    const having = matches.filter((each) => each[term]! > 0).length;
    return Math.log(1 + (sentences.length - having + 0.5) / (having + 0.5));
  });
  let question = 0;
  let heading = 0;
  return sentences.map(({ text, passage, words }, position) => {
    const length = 0.7 + 0.3 * (words.length / USUAL_LENGTH);
    const own =
      matches[position]!.reduce<number>((sum, match, term) => sum + match * weights[term]!, 0) / length;
    if (passage !== sentences[position - 1]?.passage) question = heading = 0;
    const kind = kindOf(text, words.length);
    if (kind === 'question') question = Math.max(own, question) * QUESTION_GIVES;
    else if (kind === 'heading') heading = own * HEADING_GIVES;
    if (kind !== 'statement') return { text, passage, position, score: 0 };
    const score = own + question + heading;
    question = 0;
    return { text, passage, position, score };
  });
}

const wordsOf = (text: string) => searchableText(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/** Questions and headings are never an answer; lines with a number in them (an address, a price) are. */
function kindOf(text: string, wordCount: number): 'question' | 'heading' | 'statement' {
  if (/\?["'”»)]*$/.test(text)) return 'question';
  const isHeading = wordCount <= 8 && !/[.!…。]["'”»)]*$/.test(text) && !/\d/.test(text);
  return isHeading ? 'heading' : 'statement';
}

/** Without the marks of Markdown and FAQs. */
function plainSentence(text: string): string {
  return text
    .replace(/^(?:[#>*\-•\s]+|\d+[.)]\s+)/, '')
    .replace(
      /^(?:a|q|answer|question|antwort|frage|respuesta|pregunta|réponse|resposta|risposta)\s*:\s*/i,
      '',
    )
    .replace(/!?\[([^\]]*)\]\(([^)\s]*)\)/g, (_, label: string, link: string) => `${label} ${link}`.trim())
    .replace(/\*\*|__|`/g, '')
    .trim();
}

const withFullStop = (text: string) => (/[\p{L}\p{N})]$/u.test(text) ? `${text}.` : text);
