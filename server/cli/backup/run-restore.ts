import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { withDatabase } from '../with-database.ts';
import type { BackupHeader } from './backup-format.ts';
import { BackupError } from './backup-format.ts';
import { listMigrations } from './our-migrations.ts';
import { readBackup } from './read-backup.ts';
import type { Restored, RestoreOptions } from './restore-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { chooseSecrets, writeSecretVariables } from './restored-secrets.ts';

/** SQLSTATE of a lock that did not come within lock_timeout. */
const LOCK_NOT_AVAILABLE = '55P03';

/** `restore <file>`. @returns the lines for the person */
export async function runRestore(config: Config, file: string, options: RestoreOptions): Promise<string[]> {
  const path = resolve(file);
  const { header } = await readBackup(path);
  const restored = await withDatabase(config, { isAlone: true }, async (client) => {
    const { secrets, swap, putBack } = await chooseSecrets(config, header, options);
    const deps = { migrations: listMigrations(), secrets, options, beforeCommit: swap };
    try {
      return await restoreBackup(client, path, header, deps);
    } catch (error) {
      await putBack();
      throw isLocked(error)
        ? new BackupError('The database is in use. Stop what uses it, then restore.')
        : error;
    }
  });
  return linesFor(restored, header, options);
}

/** `restore <file> --secrets-to <path>`. */
export async function runWriteSecrets(file: string, to: string): Promise<string[]> {
  const { header } = await readBackup(resolve(file));
  await writeSecretVariables(header, resolve(to));
  return [`The secrets of the backup stand in ${resolve(to)}. Nothing was restored.`];
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

function linesFor(restored: Restored, header: BackupHeader, options: RestoreOptions): string[] {
  const lines = [
    `Restored ${restored.totalRows} rows in ${header.tables.length} tables, as of ${header.createdAt}.`,
  ];
  if (!options.resume && restored.pausedFlows > 0) {
    lines.push(
      `${restored.pausedFlows} flows are paused, with ${restored.openExecutions} open executions. What they did after the backup is not in it and would be done again: cancel what has been answered, then resume each flow.`,
    );
  }
  if (restored.intendedEffects > 0) {
    lines.push(
      `${restored.intendedEffects} effects were under way at the moment of the backup; they are reconciled when their flow goes on.`,
    );
  }
  if (options.forgetTokens)
    lines.push('Connect every Instagram account again, and enter the keys of models.');
  lines.push('Now start Replygraph, and run npm run cli -- doctor.');
  return lines;
}
