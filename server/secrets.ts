import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from './config.ts';
import { createSecretFile, replaceSecretFile } from './secret-file.ts';
import { StartError } from './start-error.ts';

/** Secrets of the process; from the environment, or generated once into DATA_DIR in the embedded shape. */
export type Secrets = {
  /** Signs sessions (APP_SECRET). */
  appSecret: string;
  /** Encrypts access tokens at rest (ENCRYPTION_KEY). */
  encryptionKey: string;
  /** Of a change of the generated key that was cut short: what it still holds is encrypted anew at start. */
  formerEncryptionKeys?: string[];
  /** `hub.verify_token` of Meta's handshake (META_VERIFY_TOKEN). */
  verifyToken: string;
  /**
   * Secrets that may have signed a webhook: META_APP_SECRET and INSTAGRAM_APP_SECRET (the Instagram login is an app of its
   * own in the dashboard) where they are set, and the sandbox's own, which is the last.
   */
  webhookSecrets: string[];
  /** Signs the webhooks of the sandbox. */
  sandboxAppSecret: string;
};

const generatedSchema = z.object({
  appSecret: z.string().min(16),
  encryptionKey: z.string().min(16),
  formerEncryptionKeys: z.array(z.string().min(16)).optional(),
  verifyToken: z.string().min(1),
});
type Generated = z.output<typeof generatedSchema>;

type SecretVariables = Pick<
  Config,
  | 'shape'
  | 'DATA_DIR'
  | 'APP_SECRET'
  | 'ENCRYPTION_KEY'
  | 'META_VERIFY_TOKEN'
  | 'META_APP_SECRET'
  | 'INSTAGRAM_APP_SECRET'
>;

/**
 * The secrets of this installation. A set variable wins. In the embedded shape the others are generated once into
 * DATA_DIR/secrets.json (mode 0600); elsewhere several processes must agree on them, so that they have to be set.
 * @throws StartError naming every missing variable, or a secrets file that can't be read
 */
export async function loadSecrets(config: SecretVariables): Promise<Secrets> {
  const { APP_SECRET, ENCRYPTION_KEY, META_VERIFY_TOKEN, META_APP_SECRET, INSTAGRAM_APP_SECRET } = config;
  const kept =
    config.shape === 'embedded'
      ? await loadGenerated(config.DATA_DIR)
      : requireSet({ APP_SECRET, ENCRYPTION_KEY, META_VERIFY_TOKEN });
  const appSecret = APP_SECRET ?? kept.appSecret;
  const sandboxAppSecret = createHmac('sha256', appSecret).update('sandbox app secret').digest('hex');
  return {
    appSecret,
    encryptionKey: ENCRYPTION_KEY ?? kept.encryptionKey,
    ...(kept.formerEncryptionKeys && { formerEncryptionKeys: kept.formerEncryptionKeys }),
    verifyToken: META_VERIFY_TOKEN ?? kept.verifyToken,
    webhookSecrets: distinct([META_APP_SECRET, INSTAGRAM_APP_SECRET, sandboxAppSecret]),
    sandboxAppSecret,
  };
}

const distinct = (secrets: (string | undefined)[]): string[] => [
  ...new Set(secrets.flatMap((one) => (one ? [one] : []))),
];

function requireSet(
  variables: Pick<SecretVariables, 'APP_SECRET' | 'ENCRYPTION_KEY' | 'META_VERIFY_TOKEN'>,
): Generated {
  const { APP_SECRET: appSecret, ENCRYPTION_KEY: encryptionKey, META_VERIFY_TOKEN: verifyToken } = variables;
  if (appSecret && encryptionKey && verifyToken) return { appSecret, encryptionKey, verifyToken };
  const missing = Object.entries(variables)
    .filter(([, value]) => !value)
    .map(([name]) => name);
  throw new StartError(
    `With DATABASE_URL the secrets come from the environment: set ${missing.join(', ')} (for example to the output of: openssl rand -hex 32).`,
  );
}

/**
 * Gives an embedded installation a new generated encryption key, while no process runs on the folder. Both keys stand in
 * the file until everything is encrypted anew, so that a crash in between loses nothing.
 * @param encryptAnew does that
 */
export async function replaceGeneratedKey<T>(
  dataDir: string,
  encryptAnew: (keys: { current: string; old: string[] }) => Promise<T>,
): Promise<T> {
  const path = secretsPath(dataDir);
  const { encryptionKey, formerEncryptionKeys = [], ...rest } = await loadGenerated(dataDir);
  const keys = { current: generate().encryptionKey, old: [encryptionKey, ...formerEncryptionKeys] };
  const next = { ...rest, encryptionKey: keys.current };
  await replaceSecretFile(path, JSON.stringify({ ...next, formerEncryptionKeys: keys.old }));
  const result = await encryptAnew(keys);
  await replaceSecretFile(path, JSON.stringify(next));
  return result;
}

const secretsPath = (dataDir: string): string => join(dataDir, 'secrets.json');

async function loadGenerated(dataDir: string): Promise<Generated> {
  const path = secretsPath(dataDir);
  const stored = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StartError(
      `${path} can't be read (${error.code}). Change its owner to the user that runs this.`,
    );
  });
  const content = stored ?? (await createSecretFile(path, JSON.stringify(generate())));
  try {
    return generatedSchema.parse(JSON.parse(content));
  } catch {
    throw new StartError(
      `${path} is damaged. Put back a copy, or remove it: sessions end then, and stored access tokens must be entered again.`,
    );
  }
}

function generate(): Generated {
  return {
    appSecret: randomBytes(32).toString('hex'),
    encryptionKey: randomBytes(32).toString('hex'),
    verifyToken: randomBytes(16).toString('hex'),
  };
}
