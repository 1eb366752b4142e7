import type { WriteStream } from 'node:tty';

/** Lines for the person who started the process; the log is for machines and goes elsewhere. */
export type Terminal = {
  /** What is being done now. On a terminal it replaces the line before it. */
  progress(text: string): void;
  /** A line that stays. */
  line(text: string): void;
};

export function createTerminal(stdout: Pick<WriteStream, 'isTTY' | 'write'>): Terminal {
  let hasProgress = false;
  const clear = () => {
    if (hasProgress) stdout.write('\r\x1b[2K');
    hasProgress = false;
  };
  return {
    progress(text) {
      clear();
      stdout.write(stdout.isTTY ? text : `${text}\n`);
      hasProgress = stdout.isTTY;
    },
    line(text) {
      clear();
      stdout.write(`${text}\n`);
    },
  };
}
