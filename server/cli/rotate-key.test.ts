import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { decryptToken, encryptToken } from '../accounts/token-cipher.ts';
import { readConfig } from '../config.ts';
import { removeEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { newId } from '../database/id.ts';
import { createLog } from '../log.ts';
import { loadSecrets, replaceGeneratedKey } from '../secrets.ts';
import { openDatabase } from './open-database.ts';
import { runRotateKey } from './rotate-key.ts';
import { createScratchDatabase, migrate, withClient } from './testing/scratch-database.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-key-'));
});
afterEach(async () => {
  await removeEmbeddedPostgres(folder);
  await rm(folder, { recursive: true, force: true });
});

const addAccount = (url: string, secret: string) =>
  withClient(url, async (client) => {
    const workspaceId = newId();
    await client.query(`insert into workspaces (id, name) values ($1, 'x')`, [workspaceId]);
    await client.query(
      `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
       values ($1, $2, 'instagram', $3, 'shop', $4)`,
      [newId(), workspaceId, workspaceId, encryptToken(secret, 'the token')],
    );
  });
const records = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ record: string }>(
      'select access_token_encrypted as record from accounts',
    );
    return rows.map(({ record }) => record);
  });

it('replaces the generated key of an embedded installation', async () => {
  const config = readConfig({ DATA_DIR: folder });
  const { encryptionKey: before } = await loadSecrets(config);
  const opened = await openDatabase(config, { isAlone: true, log: createLog('silent') });
  await migrate(opened);
  await addAccount(opened.url, before);
  await expect(runRotateKey(config)).rejects.toThrow();
  await opened.close();

  expect((await runRotateKey(config))[0]).toBe('1 secret was encrypted with the new key.');

  const after = await loadSecrets(config);
  expect(after.encryptionKey).not.toBe(before);
  expect(after.formerEncryptionKeys).toBeUndefined();
  const again = await openDatabase(config, { isAlone: true, log: createLog('silent') });
  const [record = ''] = await records(again.url);
  await again.close();
  expect(decryptToken(after.encryptionKey, record)).toBe('the token');
});

it('keeps both keys until everything is encrypted anew', async () => {
  const config = readConfig({ DATA_DIR: folder });
  const before = await loadSecrets(config);
  const crash = new Error('a crash');
  await expect(replaceGeneratedKey(folder, () => Promise.reject(crash))).rejects.toBe(crash);
  const between = await loadSecrets(config);
  expect(between.formerEncryptionKeys).toEqual([before.encryptionKey]);
  await replaceGeneratedKey(folder, async ({ old }) => {
    expect(old).toEqual([between.encryptionKey, before.encryptionKey]);
  });
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain(before.encryptionKey);
});

it('on a database of its own wants both keys, and says what is left', async () => {
  const database = await createScratchDatabase(inject('adminUrl'), inject('templateDatabase'));
  const variables = { DATABASE_URL: database.url, DATA_DIR: folder };
  await expect(runRotateKey(readConfig({ ...variables, ENCRYPTION_KEY: 'k'.repeat(32) }))).rejects.toThrow(
    /ENCRYPTION_KEY_OLD/,
  );
  const [old, lost] = ['o'.repeat(32), 'l'.repeat(32)];
  await addAccount(database.url, old);
  await addAccount(database.url, lost);
  const lines = await runRotateKey(
    readConfig({ ...variables, ENCRYPTION_KEY: 'k'.repeat(32), ENCRYPTION_KEY_OLD: old }),
  );
  expect(lines[0]).toBe('1 secret was encrypted with the new key.');
  expect(lines[1]).toMatch(/^1 can be opened by no key/);
  await database.drop();
});
