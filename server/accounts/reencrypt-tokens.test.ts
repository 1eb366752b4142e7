import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../database/id.ts';
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import { reencryptTokens } from './reencrypt-tokens.ts';
import { decryptToken, encryptToken } from './token-cipher.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it('brings all tokens to the new key, in batches, and leaves alone what it has no key for', async () => {
  const { pool } = database;
  const workspaceId = newId();
  await pool.query("insert into workspaces (id, name) values ($1, 'x')", [workspaceId]);
  const insert = (externalId: string, secret: string) =>
    pool.query(
      `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
       values ($1, $2, 'instagram', $3, 'shop', $4)`,
      [newId(), workspaceId, externalId, encryptToken(secret, `token of ${externalId}`)],
    );
  for (let index = 0; index < 450; index += 1) await insert(`a${index}`, index % 2 ? 'older' : 'old');
  await insert('current', 'new');
  await insert('foreign', 'lost');
  await pool.query(
    `insert into ai_connections (workspace_id, provider, key_encrypted, base_url)
     values ($1, 'openai', $2, null), ($1, 'compatible', null, 'http://x')`,
    [workspaceId, encryptToken('old', 'key of a model')],
  );

  const deps = { pool, log: createLog('silent') };
  expect(await reencryptTokens(deps, { current: 'new', old: ['old', 'older', 'new'] })).toEqual({
    done: 451,
    left: 1,
  });
  expect(await reencryptTokens(deps, { current: 'new', old: ['old', 'older'] })).toEqual({
    done: 0,
    left: 1,
  });

  const { rows } = await pool.query('select external_id, access_token_encrypted as record from accounts');
  for (const { external_id: externalId, record } of rows) {
    const secret = externalId === 'foreign' ? 'lost' : 'new';
    expect(decryptToken(secret, record)).toBe(`token of ${externalId}`);
  }
  const keys = await pool.query('select key_encrypted as record from ai_connections order by provider');
  expect(keys.rows.map(({ record }) => record && decryptToken('new', record))).toEqual([
    null,
    'key of a model',
  ]);
});
