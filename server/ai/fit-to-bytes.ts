import { splitSentences } from '../knowledge/split-sentences.ts';

/** The text, cut at the end of a sentence so that it has at most `maxBytes` in UTF-8; inside one only if the first is longer. */
export function fitToBytes(text: string, maxBytes: number): string {
  const trimmed = text.trim();
  if (Buffer.byteLength(trimmed) <= maxBytes) return trimmed;
  let fitted = '';
  for (const sentence of splitSentences(trimmed)) {
    const longer = fitted === '' ? sentence : `${fitted} ${sentence}`;
    if (Buffer.byteLength(longer) > maxBytes) break;
    fitted = longer;
  }
  return fitted === '' ? cutInside(trimmed, maxBytes) : fitted;
}

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function cutInside(text: string, maxBytes: number): string {
  let left = maxBytes - Buffer.byteLength(ELLIPSIS);
  let end = 0;
  // No character of UTF-8 takes less than a byte: the rest of a long text need not be looked at.
  for (const { segment, index } of graphemes.segment(text.slice(0, maxBytes))) {
    left -= Buffer.byteLength(segment);
    if (left < 0) break;
    end = index + segment.length;
  }
  const cut = text.slice(0, end);
  const space = cut.lastIndexOf(' ');
  const whole = space > cut.length / 2 ? cut.slice(0, space) : cut;
  return whole.trim() === '' ? '' : `${whole.replace(/[\s,;:–-]+$/, '')}${ELLIPSIS}`;
}
