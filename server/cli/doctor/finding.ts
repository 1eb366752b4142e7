/** One line of the doctor. A warning works today and may not tomorrow; something broken does not work. */
export type Finding = {
  level: 'ok' | 'warning' | 'broken';
  /** What was looked at: `database`, `queue` … */
  subject: string;
  text: string;
  /** What a person should do. */
  todo?: string;
};

/** Makers of findings about one subject. */
export function findingsOf(subject: string) {
  return {
    ok: (text: string): Finding => ({ level: 'ok', subject, text }),
    warning: (text: string, todo: string): Finding => ({ level: 'warning', subject, text, todo }),
    broken: (text: string, todo: string): Finding => ({ level: 'broken', subject, text, todo }),
  };
}

const MARKS = { ok: '✓', warning: '!', broken: '✗' } as const;

/** Lines for a terminal: one a finding, a count at the end. */
export function findingLines(findings: Finding[]): string[] {
  const lines = findings.map(({ level, subject, text, todo }) => {
    const line = `${MARKS[level]} ${subject}: ${text}`;
    return todo === undefined ? line : `${line} → ${todo}`;
  });
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  return [...lines, '', `${count('broken')} broken, ${count('warning')} to look at, ${count('ok')} fine.`];
}

/** `1 thing`, `2 things`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`;
}

/** Seconds in words of one unit. */
export function duration(seconds: number): string {
  if (seconds < 120) return counted(Math.round(seconds), 'second');
  if (seconds < 7_200) return counted(Math.round(seconds / 60), 'minute');
  if (seconds < 172_800) return counted(Math.round(seconds / 3_600), 'hour');
  return counted(Math.round(seconds / 86_400), 'day');
}

/** Bytes in words of one unit. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} KB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
