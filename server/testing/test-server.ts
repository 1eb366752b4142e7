import { existsSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from '../data-folder.ts';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { createLog } from '../log.ts';

/** A PostgreSQL for tests; `adminUrl` may create databases. */
export type TestServer = { name: string; adminUrl: string; stop(): Promise<void> };

const FOLDER_PREFIX = 'replygraph-test-';

/** Speed over durability: these databases live for one run. */
const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '128MB',
};

/**
 * The server at `url`, or an embedded one in a temporary folder, which is removed at the end. What runs that were killed
 * left behind is removed first.
 */
export async function startTestServer(url: string | undefined): Promise<TestServer> {
  if (url) return { name: 'the PostgreSQL of TEST_DATABASE_URL', adminUrl: url, stop: async () => {} };
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  const lock = await lockDataFolder(folder);
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    log: createLog('error'),
    settings: TEST_SETTINGS,
  });
  return {
    name: 'an embedded PostgreSQL',
    adminUrl: server.url,
    async stop() {
      await server.stop();
      await lock.release();
      await removeEmbeddedPostgres(folder);
    },
  };
}

async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    // A folder without a lock may belong to a run that makes it this moment.
    const isLocked = existsSync(join(folder, 'lock'));
    const lock = isLocked ? await lockDataFolder(folder).catch(() => undefined) : undefined;
    if (lock) await removeEmbeddedPostgres(folder);
  }
}
