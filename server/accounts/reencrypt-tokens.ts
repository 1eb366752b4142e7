import type pg from 'pg';
import { inTransaction } from '../executions/transaction.ts';
import type { Logger } from '../log.ts';
import { decryptToken, encryptToken, keyIdOf } from './token-cipher.ts';

const BATCH = 200;

/** Where encrypted texts stand. */
const COLUMNS = [
  { table: 'accounts', column: 'access_token_encrypted' },
  { table: 'ai_connections', column: 'key_encrypted' },
] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Encrypts anew whatever a former key still holds, in small batches; several processes may do so side by side. Records
 * that no known key opens stay as they are, and the log says how many.
 * @returns how many were encrypted anew, and how many no known key opens
 */
export async function reencryptTokens(
  deps: { pool: pg.Pool; log: Logger },
  keys: { current: string; old: readonly string[] },
): Promise<{ done: number; left: number }> {
  const byId = new Map(keys.old.map((key) => [keyIdOf(key), key]));
  byId.delete(keyIdOf(keys.current));
  let done = 0;
  let left = 0;
  for (const place of COLUMNS) {
    for (;;) {
      const batch = byId.size === 0 ? 0 : await reencryptBatch(deps.pool, place, keys.current, byId);
      done += batch;
      if (batch < BATCH) break;
    }
    const { rows } = await deps.pool.query<{ count: number }>(
      `select count(*)::int as count from ${place.table} where split_part(${place.column}, '.', 2) <> $1`,
      [keyIdOf(keys.current)],
    );
    left += rows[0]?.count ?? 0;
  }
  if (done > 0) deps.log.info({ tokens: done }, 'Tokens were encrypted with the new ENCRYPTION_KEY');
  if (left > 0) {
    deps.log.warn(
      { tokens: left },
      'Tokens are encrypted with a key that is not known: put it into ENCRYPTION_KEY_OLD, or connect the accounts and enter the keys of models again',
    );
  }
  return { done, left };
}

async function reencryptBatch(
  pool: pg.Pool,
  { table, column }: Column,
  current: string,
  byId: ReadonlyMap<string, string>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    // The place of a row (ctid) stays the same while we hold it.
    const { rows } = await client.query<{ place: string; record: string; key: string }>(
      `select ctid::text as place, ${column} as record, split_part(${column}, '.', 2) as key
       from ${table} where split_part(${column}, '.', 2) = any($1) limit $2 for update skip locked`,
      [[...byId.keys()], BATCH],
    );
    for (const { place, record, key } of rows) {
      const token = decryptToken(byId.get(key) ?? '', record);
      await client.query(`update ${table} set ${column} = $2 where ctid = $1::tid`, [
        place,
        encryptToken(current, token),
      ]);
    }
    return rows.length;
  });
}
