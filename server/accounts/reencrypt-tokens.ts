import type pg from 'pg';
import { inTransaction } from '../executions/transaction.ts';
import type { Logger } from '../log.ts';
import { decryptToken, encryptToken, keyIdOf } from './token-cipher.ts';

const BATCH = 200;

/**
 * Encrypts anew whatever a former key still holds, in small batches; several processes may do so side by side. Records
 * that no known key opens stay as they are, and the log says how many.
 * @returns how many were encrypted anew
 */
export async function reencryptTokens(
  deps: { pool: pg.Pool; log: Logger },
  keys: { current: string; old: readonly string[] },
): Promise<number> {
  const byId = new Map(keys.old.map((key) => [keyIdOf(key), key]));
  byId.delete(keyIdOf(keys.current));
  let done = 0;
  for (;;) {
    const batch = byId.size === 0 ? 0 : await reencryptBatch(deps.pool, keys.current, byId);
    done += batch;
    if (batch < BATCH) break;
  }
  const { rows } = await deps.pool.query<{ count: number }>(
    `select count(*)::int as count from accounts where split_part(access_token_encrypted, '.', 2) <> $1`,
    [keyIdOf(keys.current)],
  );
  const left = rows[0]?.count ?? 0;
  if (done > 0) deps.log.info({ tokens: done }, 'Tokens were encrypted with the new ENCRYPTION_KEY');
  if (left > 0) {
    deps.log.warn(
      { tokens: left },
      'Tokens are encrypted with a key that is not known: put it into ENCRYPTION_KEY_OLD, or connect the accounts again',
    );
  }
  return done;
}

async function reencryptBatch(
  pool: pg.Pool,
  current: string,
  byId: ReadonlyMap<string, string>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; record: string; key: string }>(
      `select id, access_token_encrypted as record, split_part(access_token_encrypted, '.', 2) as key
       from accounts where split_part(access_token_encrypted, '.', 2) = any($1) limit $2 for update skip locked`,
      [[...byId.keys()], BATCH],
    );
    for (const { id, record, key } of rows) {
      const token = decryptToken(byId.get(key) ?? '', record);
      await client.query('update accounts set access_token_encrypted = $2 where id = $1', [
        id,
        encryptToken(current, token),
      ]);
    }
    return rows.length;
  });
}
