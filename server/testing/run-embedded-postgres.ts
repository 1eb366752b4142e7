import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { createLog } from '../log.ts';

/**
 * A process with an embedded PostgreSQL, for tests that kill it: `node run-embedded-postgres.ts <DATA_DIR>` prints one
 * line of JSON when the server is ready, and stops it on SIGTERM.
 */
const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: createLog('silent') });
const { url, adopted, runsAs } = server;
process.stdout.write(`${JSON.stringify({ url, adopted, runsAs, serverPid: server.pid() })}\n`);
const keepAlive = setInterval(() => {}, 60_000);
process.once('SIGTERM', async () => {
  await server.stop();
  clearInterval(keepAlive);
});
