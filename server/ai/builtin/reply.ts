import type { ReplyRequest, ReplyResult } from '../../../engine/services.ts';
import { fitToBytes } from '../fit-to-bytes.ts';
import { ownWords } from '../own-words.ts';
import { bestSentences } from './best-sentences.ts';
import type { Classifier } from './classifier.ts';
import type { Language } from './language.ts';
import { detectLanguage, languageByName } from './language.ts';
import { findReplyTemplate } from './reply-template.ts';
import type { Occasion } from './stock-phrases.ts';
import { ANSWER_GREETINGS, STOCK_PHRASES } from './stock-phrases.ts';

/** What the classifier of the shipped intents says about a message, as an occasion for an answer. */
const OCCASION_OF: Record<string, Occasion> = {
  praise: 'thanks',
  thanks: 'thanks',
  greeting: 'greeting',
  question: 'question',
  price: 'question',
  shipping: 'question',
  refund: 'question',
  support: 'question',
  collaboration: 'interest',
  lead: 'interest',
  complaint: 'apology',
};

const USERNAME = /^[a-z0-9._]{1,30}$/i;

/**
 * An answer without a language model: the text that the instructions give, else the sentences of the passages that fit the
 * message, else a friendly line that promises nothing. No word of the message gets into it.
 */
export function composeReply(
  request: ReplyRequest,
  intentOf: Classifier,
): Pick<ReplyResult, 'text' | 'grounded' | 'sources'> {
  const { message, passages, maxBytes } = request;
  const found = bestSentences(message, passages);
  const template = findReplyTemplate(
    ownWords(request.instructions, [message, ...(request.outside ?? [])], ''),
  );
  if (template) return fromTemplate(template, request, found);
  if (found) {
    const greeting = withName(ANSWER_GREETINGS[detectLanguage(found.text)], request.username);
    const text = `${greeting}${found.text}`;
    const fitted = Buffer.byteLength(text) <= maxBytes ? text : found.text;
    return { text: fitToBytes(fitted, maxBytes), grounded: true, sources: found.sources };
  }
  const language = (request.language && languageByName(request.language)) || detectLanguage(message);
  const phrase = stockPhrase(language, occasionOf(message, intentOf), request);
  return { text: fitToBytes(phrase, maxBytes), grounded: false, sources: [] };
}

/** A template that wants an answer where there is none gives the honest line instead. */
function fromTemplate(
  template: string,
  request: ReplyRequest,
  found: { text: string; sources: string[] } | null,
): Pick<ReplyResult, 'text' | 'grounded' | 'sources'> {
  const wantsAnswer = template.includes('{answer}');
  if (wantsAnswer && !found) {
    const text = stockPhrase(detectLanguage(request.message), 'question', request);
    return { text: fitToBytes(text, request.maxBytes), grounded: false, sources: [] };
  }
  const name = safeName(request.username);
  const text = template
    .replaceAll('{username}', name ? `@${name}` : '')
    .replaceAll('{answer}', () => found?.text ?? '')
    .replace(/ {2,}/g, ' ');
  return {
    text: fitToBytes(text, request.maxBytes),
    grounded: wantsAnswer,
    sources: wantsAnswer ? (found?.sources ?? []) : [],
  };
}

function occasionOf(message: string, intentOf: Classifier): Occasion {
  const { label } = intentOf(message);
  const isAsking = /[?？]\s*$/.test(message.trim());
  return OCCASION_OF[label] ?? (isAsking ? 'question' : 'neutral');
}

function stockPhrase(language: Language, occasion: Occasion, { username }: ReplyRequest): string {
  return withName(STOCK_PHRASES[language][occasion], username);
}

function withName(phrase: string, username: string | undefined): string {
  const name = safeName(username);
  return phrase.replace('{name}', name ? ` @${name}` : '');
}

/** Instagram names have these letters only; anything else is not one and is not repeated. */
const safeName = (username: string | undefined) => (username && USERNAME.test(username) ? username : '');
