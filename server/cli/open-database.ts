import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { DataFolderLock } from '../data-folder.ts';
import { lockDataFolder } from '../data-folder.ts';
import { connectionUrl } from '../database/embedded/address.ts';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { loadPasswords } from '../database/embedded/passwords.ts';
import { findLiveServer } from '../database/embedded/server-process.ts';
import { waitForDatabase } from '../database/wait-for-database.ts';
import type { Logger } from '../log.ts';
import { StartError } from '../start-error.ts';

/** The database of this installation; `close` stops it where it was started for us. */
export type OpenDatabase = { url: string; close(): Promise<void> };

const WAIT_MS = 5_000;

/**
 * Opens the database that the configuration names. The embedded one: that of the running process, else it is started
 * under the lock of the data folder.
 * @param isAlone true where no other process may use the embedded database meanwhile
 * @throws StartError
 */
export async function openDatabase(
  config: Config,
  options: { log: Logger; isAlone: boolean },
): Promise<OpenDatabase> {
  if (config.DATABASE_URL) {
    await waitForDatabase(config.DATABASE_URL, { waitMs: WAIT_MS });
    return { url: config.DATABASE_URL, close: async () => {} };
  }
  let lock: DataFolderLock;
  try {
    lock = await lockDataFolder(config.DATA_DIR);
  } catch (error) {
    const url = options.isAlone ? undefined : await runningDatabaseUrl(config.DATA_DIR);
    if (url === undefined) throw error;
    return { url, close: async () => {} };
  }
  return startUnder(lock, config, options.log);
}

async function startUnder(lock: DataFolderLock, config: Config, log: Logger): Promise<OpenDatabase> {
  try {
    const database = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
    return {
      url: database.url,
      close: async () => {
        await database.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The embedded database that runs on this folder now; undefined where none does. Starts and writes nothing. */
export async function runningDatabaseUrl(dataDir: string): Promise<string | undefined> {
  const pgData = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  const live = pgData && (await findLiveServer(pgData));
  if (!live) return undefined;
  if (!existsSync(join(dataDir, 'postgres-passwords.json'))) {
    throw new StartError(
      `${dataDir}/postgres-passwords.json is missing. Restart Replygraph: it sets new ones.`,
    );
  }
  const { replygraph: password } = await loadPasswords(dataDir);
  return connectionUrl(live.address, { user: 'replygraph', password, database: 'replygraph' });
}
