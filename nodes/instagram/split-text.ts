/**
 * Cuts a text into parts of at most `maxBytes` of UTF-8: at the ends of sentences, else between words, else between
 * characters. White space at the cuts is dropped, nothing else is.
 */
export function splitText(text: string, maxBytes: number): string[] {
  const parts: string[] = [];
  let part = '';
  const finish = () => {
    if (part.trim() !== '') parts.push(part.trim());
    part = '';
  };
  const add = (piece: string, granularities: readonly Granularity[]) => {
    if (bytesOf((part + piece).trim()) <= maxBytes) {
      part += piece;
      return;
    }
    finish();
    const [finer, ...others] = granularities;
    if (bytesOf(piece.trim()) <= maxBytes || finer === undefined) part = piece;
    else for (const { segment } of segmenters[finer].segment(piece)) add(segment, others);
  };
  for (const { segment } of segmenters.sentence.segment(text.trim())) add(segment, ['word', 'grapheme']);
  finish();
  return parts;
}

type Granularity = 'sentence' | 'word' | 'grapheme';

const segmenters: Record<Granularity, Intl.Segmenter> = {
  sentence: new Intl.Segmenter(undefined, { granularity: 'sentence' }),
  word: new Intl.Segmenter(undefined, { granularity: 'word' }),
  grapheme: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
};

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).byteLength;
