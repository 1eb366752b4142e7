import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { programVersion } from '../../program-version.ts';
import { loadSecrets } from '../../secrets.ts';
import { withDatabase } from '../with-database.ts';
import { BackupError } from './backup-format.ts';
import { keyCheck } from './key-check.ts';
import { listMigrations } from './our-migrations.ts';
import { readGenerated } from './restored-secrets.ts';
import { takeBackup } from './take-backup.ts';

/** `backup <file>`. @returns the lines for the person */
export async function runBackup(config: Config, file: string): Promise<string[]> {
  const path = resolve(file);
  if (config.shape === 'embedded' && !existsSync(join(config.DATA_DIR, 'postgres'))) {
    throw new BackupError(`There is no installation in DATA_DIR ${config.DATA_DIR}: nothing to back up.`);
  }
  const secrets = await loadSecrets(config);
  const source = {
    program: programVersion(),
    shape: config.shape,
    createdAt: new Date().toISOString(),
    keyCheck: keyCheck(secrets.encryptionKey),
    secrets: config.shape === 'embedded' ? await readGenerated(config.DATA_DIR) : null,
  };
  const { totalRows, header } = await withDatabase(config, { isAlone: false }, (client) =>
    takeBackup(client, path, source, listMigrations()),
  );
  return [
    `Backup of ${totalRows} rows in ${header.tables.length} tables: ${path}`,
    header.secrets
      ? 'It holds the secrets of this installation: keep it like a password.'
      : 'Keep ENCRYPTION_KEY with it, and APP_SECRET and META_VERIFY_TOKEN: they are not in it, and without the key the access tokens in it can not be read.',
  ];
}
