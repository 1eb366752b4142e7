import type { Passage } from '../../engine/services.ts';

/** Begins the last line of an answer that had passages to rely on; the line is taken off before anyone sees it. */
export const SOURCES_LINE = 'SOURCES:';

/** An answer without its last line of sources, and the ids of the passages named there. */
export function takeSourceLine(answer: string, passages: Passage[]): { text: string; sources: string[] } {
  const at = answer.lastIndexOf(SOURCES_LINE);
  const isLastLine =
    at >= 0 && (at === 0 || answer[at - 1] === '\n') && !answer.slice(at).trim().includes('\n');
  if (!isLastLine) return { text: answer.trim(), sources: [] };
  const numbers = answer.slice(at + SOURCES_LINE.length).match(/\d+/g) ?? [];
  const used = numbers.flatMap((number) => passages[Number(number) - 1] ?? []);
  return { text: answer.slice(0, at).trim(), sources: [...new Set(used.map((passage) => passage.id))] };
}

/**
 * Passes a streamed answer on without its line of sources: a line that may still become one is held back.
 * @param emit called with text that people may see
 */
export function withoutSourceLine(emit: (text: string) => void): { push(text: string): void; end(): void } {
  let held = '';
  const release = (length: number) => {
    if (length > 0) emit(held.slice(0, length));
    held = held.slice(length);
  };
  return {
    push(text) {
      held += text;
      const lineStart = held.search(/\n[^\n]*$/);
      const line = held.slice(lineStart + 1).trimStart();
      const maySources = SOURCES_LINE.startsWith(line) || line.startsWith(SOURCES_LINE);
      release(maySources ? Math.max(0, lineStart) : held.length);
    },
    end() {
      const isSources = held.trimStart().startsWith(SOURCES_LINE);
      release(isSources || held.trim() === '' ? 0 : held.length);
    },
  };
}
