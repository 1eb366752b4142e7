import { z } from 'zod';
import type { Page } from '../contract/shapes.ts';
import { parseJson } from '../parse-json.ts';
import { HttpProblem } from './problem.ts';

/** Where a page ended: PostgreSQL's own text of `created_at` (microseconds kept) and the id. */
export type PageKey = { at: string; id: string };

const keySchema = z.tuple([
  z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$/),
  z.uuid(),
]);

/**
 * Reads `?cursor=`.
 * @throws HttpProblem 400 when it is not one of ours
 */
export function readCursor(cursor: string | undefined): PageKey | null {
  if (cursor === undefined) return null;
  const parsed = keySchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) {
    throw new HttpProblem(
      400,
      'bad-request',
      'Bad request',
      'The cursor is not one that this API gave out.',
      {
        errors: [{ path: 'cursor', message: 'Use the nextCursor of the page before.' }],
      },
    );
  }
  const [at, id] = parsed.data;
  return { at, id };
}

/**
 * Cuts rows into a page. Ask the database for `limit + 1` rows: the one too many tells that there is more.
 * @param rows newest first, each with `cursorAt` (`created_at::text`) and `id`
 */
export function toPage<Row extends { cursorAt: string; id: string }, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    last && rows.length > limit
      ? Buffer.from(JSON.stringify([last.cursorAt, last.id])).toString('base64url')
      : null;
  return { items: shown.map(toItem), nextCursor };
}
