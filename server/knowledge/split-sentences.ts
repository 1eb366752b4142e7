/** A sentence's place in a text: `text.slice(start, end)`, white space at its end included. */
export type Span = { start: number; end: number };

/**
 * An end of a sentence: a line break, a CJK full stop, or a mark with white space after it, unless a small letter follows
 * a point ("approx. three days").
 */
const SENTENCE_END = /\n\s*|[。！？]+\s*|[!?…]+["'”»)\]]*[^\S\n]+|\.+["'”»)\]]*[^\S\n]+(?!\p{Ll})/gu;

/** The sentences of a text in order. Together they are the whole text. Takes time linear in its length. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const match of text.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    spans.push({ start, end });
    start = end;
  }
  if (start < text.length) spans.push({ start, end: text.length });
  return spans;
}

/** The sentences of a text, trimmed, without empty ones. */
export function splitSentences(text: string): string[] {
  return sentenceSpans(text)
    .map(({ start, end }) => text.slice(start, end).trim())
    .filter((sentence) => sentence !== '');
}
