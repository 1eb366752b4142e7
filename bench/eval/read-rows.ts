import { readFileSync, statSync } from 'node:fs';
import { extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

/** A set can't be used; the message names file, line and reason in one line for the terminal. */
export class SetError extends Error {
  override readonly name = 'SetError';
}

export type Placed<Row> = { line: number; row: Row };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ROWS = 200_000;

/**
 * The rows of a set. `.psv`: a row a line, fields divided by `|` in the order of `columns`; the last one may contain it.
 * `.jsonl`: an object a line, with the names of `columns`. Empty lines and lines that begin with `#` are left out.
 * @throws SetError for a file that is too large or can't be read, and for the first row that is wrong
 */
export function readRows<Schema extends z.ZodType>(
  file: string,
  columns: readonly string[],
  schema: Schema,
): Placed<z.output<Schema>>[] {
  const rows = linesOf(file).flatMap((text, index) => {
    if (text.trim() === '' || text.startsWith('#')) return [];
    const line = index + 1;
    const fields =
      extname(file) === '.jsonl' ? ofJson(file, line, text) : ofFields(file, line, text, columns);
    const parsed = schema.safeParse(fields);
    if (parsed.success) return [{ line, row: parsed.data }];
    const [issue] = parsed.error.issues;
    throw wrongLine(file, line, `${issue?.path.join('.') || 'the row'}: ${issue?.message}`);
  });
  if (rows.length === 0) throw new SetError(`${shortPath(file)} has no rows.`);
  if (rows.length > MOST_ROWS) {
    throw new SetError(
      `${shortPath(file)} has ${rows.length} rows, more than ${MOST_ROWS}. Take a part of it.`,
    );
  }
  return rows;
}

export const wrongLine = (file: string, line: number, why: string): SetError =>
  new SetError(`${shortPath(file)}, line ${line}: ${why}`);

/** A path as people type it: from the folder of the project. */
export const shortPath = (file: string): string => relative(ROOT, file).replaceAll('\\', '/');

function linesOf(file: string): string[] {
  const { size } = statSync(file);
  if (size > MOST_BYTES) {
    throw new SetError(
      `${shortPath(file)} is larger than ${MOST_BYTES / 1024 / 1024} MiB. Take a part of it.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).split(/\r?\n/);
  } catch (error) {
    if (error instanceof TypeError) throw new SetError(`${shortPath(file)} is no UTF-8. Save it as UTF-8.`);
    throw error;
  }
}

function ofFields(file: string, line: number, text: string, columns: readonly string[]) {
  const fields = text.split('|');
  if (fields.length < columns.length) {
    const format = columns.join('|');
    throw wrongLine(file, line, `${fields.length} fields where ${columns.length} are needed: ${format}`);
  }
  const last = fields.splice(columns.length - 1).join('|');
  return Object.fromEntries(columns.map((column, index) => [column, (fields[index] ?? last).trim()]));
}

function ofJson(file: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongLine(file, line, `no JSON (${error instanceof Error ? error.message : error})`);
  }
}
