import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { createSecretFile } from '../../secret-file.ts';
import type { Secrets } from '../../secrets.ts';
import { loadSecrets } from '../../secrets.ts';
import type { BackupHeader, GeneratedSecrets } from './backup-format.ts';
import { BackupError, generatedSecretsSchema } from './backup-format.ts';
import { keyCheck } from './key-check.ts';

/** The secrets file of an embedded installation; null where nothing was generated yet. */
export async function readGenerated(dataDir: string): Promise<GeneratedSecrets | null> {
  const text = await readFile(join(dataDir, 'secrets.json'), 'utf8').catch(() => undefined);
  return text === undefined ? null : generatedSecretsSchema.parse(JSON.parse(text));
}

export type RestoredSecrets = {
  /** As the restored installation will have them. */
  secrets: Secrets;
  /** Puts the secrets of the backup in place; what stood there is kept beside. Undone by `putBack`. */
  swap(): Promise<void>;
  putBack(): Promise<void>;
};

/**
 * The secrets with which the restored installation will run: set variables win; in the embedded shape then those of the
 * backup.
 * @throws BackupError where the access tokens of the backup could not be read with them
 */
export async function chooseSecrets(
  config: Config,
  header: BackupHeader,
  options: { forgetTokens: boolean },
): Promise<RestoredSecrets> {
  const takesFile = config.shape === 'embedded' && header.secrets !== null;
  const secrets = await loadSecrets(takesFile ? withSecrets(config, header.secrets) : config);
  if (keyCheck(secrets.encryptionKey) !== header.keyCheck && !options.forgetTokens) {
    throw new BackupError(
      header.secrets
        ? 'The backup was made with another ENCRYPTION_KEY. Its own is in the backup: see --secrets-to. Set it as ENCRYPTION_KEY.'
        : 'The backup was made with another ENCRYPTION_KEY. Set the one of that installation, or add --forget-tokens if it is lost.',
    );
  }
  const none = { secrets, swap: async () => {}, putBack: async () => {} };
  if (!takesFile) return none;
  const present = await readGenerated(config.DATA_DIR);
  return JSON.stringify(present) === JSON.stringify(header.secrets)
    ? none
    : { secrets, ...swapping(config.DATA_DIR, JSON.stringify(header.secrets)) };
}

/** Everything is set, so that `loadSecrets` neither reads nor makes a file. */
function withSecrets(config: Config, secrets: GeneratedSecrets | null) {
  return {
    ...config,
    shape: 'server' as const,
    APP_SECRET: config.APP_SECRET ?? secrets?.appSecret,
    ENCRYPTION_KEY: config.ENCRYPTION_KEY ?? secrets?.encryptionKey,
    META_VERIFY_TOKEN: config.META_VERIFY_TOKEN ?? secrets?.verifyToken,
  };
}

function swapping(dataDir: string, content: string): Pick<RestoredSecrets, 'swap' | 'putBack'> {
  const path = join(dataDir, 'secrets.json');
  const former = `${path}.before-restore`;
  let isSwapped = false;
  let hadFormer = false;
  return {
    async swap() {
      isSwapped = true;
      hadFormer = await rename(path, former).then(
        () => true,
        () => false,
      );
      await createSecretFile(path, content);
    },
    async putBack() {
      if (!isSwapped) return;
      if (hadFormer) await rename(former, path);
      else await rm(path, { force: true });
    },
  };
}

/**
 * Writes the secrets of an embedded installation as variables for another shape.
 * @throws BackupError where the backup has none or the file exists
 */
export async function writeSecretVariables(header: BackupHeader, path: string): Promise<void> {
  if (!header.secrets) {
    throw new BackupError(
      'The backup holds no secrets: it is of an installation that has them in its environment.',
    );
  }
  const { appSecret, encryptionKey, verifyToken } = header.secrets;
  const lines = [
    `APP_SECRET=${appSecret}`,
    `ENCRYPTION_KEY=${encryptionKey}`,
    `META_VERIFY_TOKEN=${verifyToken}`,
  ];
  try {
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    throw new BackupError(`${path} can't be written (${code}). Name a new file.`);
  }
}
