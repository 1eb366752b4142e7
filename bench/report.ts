import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** One line of the table. `target` says what is to be reached, `isMet` whether it was. */
export type Figure = { name: string; value: number | null; unit: string; target?: string; isMet?: boolean };

export function atLeast(name: string, value: number, unit: string, least: number): Figure {
  return { name, value, unit, target: `≥ ${least.toLocaleString('en')}`, isMet: value >= least };
}

export function atMost(name: string, value: number | null, unit: string, most: number): Figure {
  if (value === null) return { name, value, unit, target: `≤ ${most.toLocaleString('en')}` };
  return { name, value, unit, target: `≤ ${most.toLocaleString('en')}`, isMet: value <= most };
}

/** The figures as a table for the terminal, and for Markdown. */
export function table(figures: Figure[]): string {
  const rows = figures.map(({ name, value, unit, target, isMet }) => [
    name,
    value === null ? 'not measured' : `${shown(value)} ${unit}`.trim(),
    target ?? '',
    isMet === undefined ? '' : isMet ? 'yes' : 'NO',
  ]);
  const all = [['figure', 'measured', 'target', 'met'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(all[0] ?? []), rule, ...rows.map(line)].join('\n');
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

/** Writes `bench/results/<shape>.json` and answers its path. */
export async function writeResults(shape: string, results: unknown): Promise<string> {
  const directory = new URL('./results/', import.meta.url);
  await mkdir(directory, { recursive: true });
  const path = fileURLToPath(new URL(`${shape}.json`, directory));
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
