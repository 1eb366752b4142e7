import { constants } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFolderUser } from '../../data-folder.ts';
import { loadPasswords } from '../../database/embedded/passwords.ts';
import { probeServer } from '../../database/embedded/probe.ts';
import { findLiveServer } from '../../database/embedded/server-process.ts';
import type { DataFolderFacts } from './judge-data-folder.ts';

/** Looks at an embedded installation; takes no lock and writes nothing. */
export async function gatherDataFolder(path: string): Promise<DataFolderFacts> {
  const exists = await isThere(path);
  return {
    path,
    exists,
    isWritable: exists && (await isWritable(path)),
    freeBytes: await freeBytes(path),
    lockedBy: await dataFolderUser(path),
    database: await databaseState(path),
  };
}

const isThere = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isWritable = (path: string) =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Of the nearest folder that is there. */
async function freeBytes(path: string): Promise<number | null> {
  const found = await statfs(path).catch(() => undefined);
  if (found) return found.bavail * found.bsize;
  return dirname(path) === path ? null : freeBytes(dirname(path));
}

async function databaseState(path: string): Promise<DataFolderFacts['database']> {
  const pgData = await realpath(join(path, 'postgres')).catch(() => undefined);
  const live = pgData && (await findLiveServer(pgData));
  if (!live) return 'stopped';
  // Reading passwords that are not there would make new ones.
  if (!(await stat(join(path, 'postgres-passwords.json')).catch(() => undefined))) return 'no-password-file';
  return probeServer(live.address, (await loadPasswords(path)).postgres);
}
