import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { StatementCost } from './statements.ts';

/** One line of the table. `target` says what is to be reached, `isMet` whether it was. */
export type Figure = { name: string; value: number | null; unit: string; target?: string; isMet?: boolean };

export function atLeast(name: string, value: number, unit: string, least: number): Figure {
  return { name, value, unit, target: `≥ ${least.toLocaleString('en')}`, isMet: value >= least };
}

export function atMost(name: string, value: number | null, unit: string, most: number): Figure {
  if (value === null) return { name, value, unit, target: `≤ ${most.toLocaleString('en')}` };
  return { name, value, unit, target: `≤ ${most.toLocaleString('en')}`, isMet: value <= most };
}

/**
 * The figures as a table for the terminal, and for Markdown: a line for each figure, with a column for each run.
 * @param columns runs that measured the same figures; the targets are those of the first
 */
export function table(columns: { title: string; figures: Figure[] }[]): string {
  const first = columns[0]?.figures ?? [];
  const hasTargets = first.some(({ target }) => target !== undefined);
  const rows = first.map(({ name, target }) => {
    const measured = columns.map(({ figures }) => figures.find((figure) => figure.name === name));
    const unmet = measured.some((figure) => figure?.isMet === false);
    const verdict = target === undefined ? '' : unmet ? 'NO' : measured[0]?.isMet === undefined ? '' : 'yes';
    return [name, ...measured.map(cell), ...(hasTargets ? [target ?? '', verdict] : [])];
  });
  const titles = columns.map(({ title }) => title);
  return lines([['figure', ...titles, ...(hasTargets ? ['target', 'met'] : [])], ...rows]);
}

/** What SQL statements cost, the most expensive first. */
export function statementTable(statements: StatementCost[]): string {
  return lines([
    ['statement', 'ms/flow', 'calls/flow', 'ms/call', 'of it planning', 'pages/call', 'WAL bytes/flow'],
    ...statements.map((row) => [
      row.statement.replaceAll('|', '\\|'),
      row.msPerFlow.toFixed(3),
      row.callsPerFlow.toFixed(3),
      row.meanMs.toFixed(2),
      row.planMs.toFixed(2),
      row.pagesPerCall.toFixed(0),
      row.walBytesPerFlow.toFixed(0),
    ]),
  ]);
}

function cell(figure: Figure | undefined): string {
  if (!figure || figure.value === null) return 'not measured';
  return `${shown(figure.value)} ${figure.unit}`.trim();
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

function lines(rows: string[][]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Writes `bench/results/<name>.json` and answers its path. */
export async function writeResults(name: string, results: unknown): Promise<string> {
  const directory = new URL('./results/', import.meta.url);
  await mkdir(directory, { recursive: true });
  const path = fileURLToPath(new URL(`${name}.json`, directory));
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
