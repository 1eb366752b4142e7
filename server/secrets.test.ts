import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { loadSecrets } from './secrets.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'replygraph-secrets-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const config = (variables: Record<string, string> = {}) => readConfig({ DATA_DIR: dataDir, ...variables });
const server = { DATABASE_URL: 'postgres://db/replygraph' };
const set = { APP_SECRET: 'a'.repeat(16), ENCRYPTION_KEY: 'b'.repeat(16), META_VERIFY_TOKEN: 'verify' };

describe('in the embedded shape', () => {
  test('secrets are generated once, for their owner only', async () => {
    const first = await loadSecrets(config());

    expect(await loadSecrets(config())).toEqual(first);
    expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(
      new Set([first.appSecret, first.encryptionKey, first.verifyToken, first.sandboxAppSecret]).size,
    ).toBe(4);
  });

  test('two processes that generate them at once agree', async () => {
    const [first, second] = await Promise.all([loadSecrets(config()), loadSecrets(config())]);

    expect(second).toEqual(first);
  });

  test('a variable wins over what was generated', async () => {
    const generated = await loadSecrets(config());
    const secrets = await loadSecrets(config({ ENCRYPTION_KEY: set.ENCRYPTION_KEY }));

    expect(secrets).toEqual({ ...generated, encryptionKey: set.ENCRYPTION_KEY });
  });

  test('a damaged file stops the start and is not replaced', async () => {
    await writeFile(join(dataDir, 'secrets.json'), '{');

    await expect(loadSecrets(config())).rejects.toThrow(/secrets\.json is damaged/);
    expect(await readFile(join(dataDir, 'secrets.json'), 'utf8')).toBe('{');
  });
});

describe('with DATABASE_URL', () => {
  test('missing secrets stop the start, all named in one line', async () => {
    await expect(loadSecrets(config(server))).rejects.toThrow(
      /^With DATABASE_URL .*: set APP_SECRET, ENCRYPTION_KEY, META_VERIFY_TOKEN \(/,
    );
    await expect(loadSecrets(config({ ...server, ...set, ENCRYPTION_KEY: '' }))).rejects.toThrow(
      /: set ENCRYPTION_KEY \(/,
    );
  });

  test('they come from the environment, the same in every process', async () => {
    const secrets = await loadSecrets(config({ ...server, ...set }));

    expect(secrets).toMatchObject({ appSecret: set.APP_SECRET, verifyToken: 'verify' });
    expect(await loadSecrets(config({ ...server, ...set }))).toEqual(secrets);
    await expect(stat(join(dataDir, 'secrets.json'))).rejects.toThrow(/ENOENT/);
  });
});

test.each<[string, Record<string, string>, string[]]>([
  ['the sandbox alone', {}, []],
  ['Meta', { META_APP_SECRET: 'of Meta' }, ['of Meta']],
  ['the app of the Instagram login', { INSTAGRAM_APP_SECRET: 'of the login' }, ['of the login']],
  [
    'either, where both are set',
    { META_APP_SECRET: 'of Meta', INSTAGRAM_APP_SECRET: 'of the login' },
    ['of Meta', 'of the login'],
  ],
  ['one that is set twice, once', { META_APP_SECRET: 'same', INSTAGRAM_APP_SECRET: 'same' }, ['same']],
  ['none that is empty', { META_APP_SECRET: '', INSTAGRAM_APP_SECRET: '' }, []],
])('webhooks may be signed by %s', async (_who, variables, expected) => {
  const secrets = await loadSecrets(config({ ...server, ...set, ...variables }));

  expect(secrets.webhookSecrets).toEqual([...expected, secrets.sandboxAppSecret]);
});
