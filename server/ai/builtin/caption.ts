import { searchTerms } from '../../knowledge/search-terms.ts';
import { fitToBytes } from '../fit-to-bytes.ts';
import type { Language } from './language.ts';
import { detectLanguage, languageByName } from './language.ts';
import { findReplyTemplate } from './reply-template.ts';

const OPENINGS: Record<Language, string> = {
  en: '✨ {topic}\n\nWhat do you think? Tell us in the comments 👇',
  de: '✨ {topic}\n\nWas meint ihr? Schreibt es in die Kommentare 👇',
  es: '✨ {topic}\n\n¿Qué te parece? Cuéntanos en los comentarios 👇',
  fr: '✨ {topic}\n\nQu’en pensez-vous ? Dites-le-nous en commentaire 👇',
  pt: '✨ {topic}\n\nO que você acha? Conta pra gente nos comentários 👇',
  it: '✨ {topic}\n\nChe ne pensate? Scrivetecelo nei commenti 👇',
};

type CaptionRequest = {
  topic: string;
  instructions: string;
  hashtags: number;
  language?: string;
  maxBytes: number;
};

/** A caption by a template: the owner's words, a question, and hashtags of the words that carry meaning. Basic. */
export function composeCaption({
  topic,
  instructions,
  hashtags,
  language,
  maxBytes,
}: CaptionRequest): string {
  const template =
    findReplyTemplate(instructions)?.replaceAll('{topic}', () => topic.trim()) ??
    OPENINGS[(language && languageByName(language)) || detectLanguage(topic)].replace('{topic}', () =>
      topic.trim(),
    );
  const tags = hashtagsOf(topic, hashtags);
  const withTags = tags === '' ? template : `${template}\n\n${tags}`;
  return Buffer.byteLength(withTags) <= maxBytes ? withTags : fitToBytes(template, maxBytes);
}

function hashtagsOf(topic: string, count: number): string {
  const words = searchTerms(topic).map(({ word }) => word);
  return words
    .filter((word) => word.length >= 4 && /^\p{L}/u.test(word))
    .slice(0, count)
    .map((word) => `#${word}`)
    .join(' ');
}
