import type pg from 'pg';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { openClient } from './database-client.ts';
import { onInterruption } from './interruption.ts';
import { openDatabase } from './open-database.ts';

/**
 * Runs a command on the database of this installation. Whatever happens, also Ctrl+C, the connection is closed and an
 * embedded database that was started for it is stopped.
 * @param isAlone true where no process may use the embedded database meanwhile
 */
export async function withDatabase<T>(
  config: Config,
  options: { isAlone: boolean },
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  using interruption = onInterruption();
  const database = await openDatabase(config, { ...options, log: createLog('error', 2) });
  try {
    const { client, close, abandon } = await openClient(database.url, interruption.signal);
    try {
      const result = await use(client);
      await close();
      return result;
    } catch (error) {
      // In the middle of a COPY nobody would read what an orderly end waits for.
      abandon();
      throw interruption.signal.aborted ? interruption.signal.reason : error;
    }
  } finally {
    await database.close();
  }
}
