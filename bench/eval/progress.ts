import { createTerminal } from '../../server/terminal.ts';

/** Says how far something is. On a terminal in one line that changes, elsewhere at every quarter. */
export type Progress = (done: number, total: number, what: string) => void;

const REDRAW_MS = 80;

export function createProgress(stream: Parameters<typeof createTerminal>[0]): {
  progress: Progress;
  line(text: string): void;
  /** Makes room for what else is written. */
  clear(): void;
} {
  const terminal = createTerminal(stream);
  let drawnAt = 0;
  return {
    progress(done, total, what) {
      const isQuarter = Math.floor((done * 4) / total) > Math.floor(((done - 1) * 4) / total);
      const isDue = stream.isTTY ? performance.now() - drawnAt > REDRAW_MS : isQuarter;
      if (!isDue && done !== total) return;
      drawnAt = performance.now();
      terminal.progress(`${what} ${done}/${total}`);
    },
    line: terminal.line,
    clear: () => {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}
