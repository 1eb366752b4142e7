import type { Span } from './split-sentences.ts';
import { sentenceSpans } from './split-sentences.ts';

/** Characters of a chunk: enough for an answer with its surroundings, little enough to be about one thing. */
const CHUNK_SIZE = 1_000;
/** A chunk repeats this much of the one before, so that what stands at a border is found whole. */
const CHUNK_OVERLAP = 200;

export type Chunk = Span & { text: string };

/**
 * Cuts a text into chunks of at most `size` UTF-16 units at sentence borders; each begins with the last sentences of the
 * one before, as far as they fit into `overlap`. Every character that is not white space is in at least one chunk.
 */
export function chunkText(text: string, size = CHUNK_SIZE, overlap = CHUNK_OVERLAP): Chunk[] {
  const pieces = sentenceSpans(text).flatMap((span) => cutToSize(text, span, size));
  const chunks: Chunk[] = [];
  let from = 0;
  while (from < pieces.length) {
    const start = pieces[from]!.start;
    let to = from;
    while (to + 1 < pieces.length && pieces[to + 1]!.end - start <= size) to++;
    const end = pieces[to]!.end;
    const chunk = text.slice(start, end);
    if (chunk.trim() !== '') chunks.push({ start, end, text: chunk });
    if (to + 1 >= pieces.length) break;
    from = overlapStart(pieces, from, to, size, overlap);
  }
  return chunks;
}

/** The first piece of the next chunk: as early as the overlap allows, and so that the piece after `to` still fits. */
function overlapStart(pieces: Span[], from: number, to: number, size: number, overlap: number): number {
  const end = pieces[to]!.end;
  const nextEnd = pieces[to + 1]!.end;
  let next = to + 1;
  while (
    next - 1 > from &&
    end - pieces[next - 1]!.start <= overlap &&
    nextEnd - pieces[next - 1]!.start <= size
  ) {
    next--;
  }
  return next;
}

/** A sentence longer than a chunk is cut at white space where there is any, never inside a surrogate pair. */
function cutToSize(text: string, { start, end }: Span, size: number): Span[] {
  const spans: Span[] = [];
  let from = start;
  while (end - from > size) {
    const space = text.lastIndexOf(' ', from + size - 1);
    let to = space > from + size / 2 ? space + 1 : from + size;
    if (to - from > 1 && isLowSurrogate(text.charCodeAt(to))) to--;
    spans.push({ start: from, end: to });
    from = to;
  }
  spans.push({ start: from, end });
  return spans;
}

const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
