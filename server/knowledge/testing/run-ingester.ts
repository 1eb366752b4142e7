import { randomUUID } from 'node:crypto';
import { connectDatabase } from '../../database/connect.ts';
import { createFaults } from '../../faults.ts';
import { createLog } from '../../log.ts';
import { createEmbedderFor } from '../embeddings/embedder-for.ts';
import { unmetered } from '../embeddings/meter.ts';
import { startIngester } from '../ingestion/ingester.ts';
import { createScanStore } from '../vector-stores/scan-store.ts';

/**
 * A process that ingests until nothing is left, for tests that kill it: `node run-ingester.ts <database> <embeddings>`, with
 * KILL_AT as the real one knows it.
 */
const [, , databaseUrl = '', embeddingsUrl = ''] = process.argv;
const { pool, close } = connectDatabase(databaseUrl);
const holder = `test:${randomUUID()}`;
const ingester = startIngester({
  pool,
  log: createLog('silent'),
  vectors: createScanStore(pool),
  embedderFor: createEmbedderFor(undefined, async (_workspaceId, provider) =>
    provider === 'openai' ? { apiKey: 'sk-test', baseUrl: embeddingsUrl } : null,
  ),
  holder: () => holder,
  download: async () => {
    throw new Error('Nothing is fetched here.');
  },
  onProgress: () => {},
  meter: unmetered,
  faults: createFaults(process.env.KILL_AT),
  lookEveryMs: 100,
});
for (;;) {
  const { rows } = await pool.query(
    `select 1 from knowledge_documents where status in ('queued', 'reading', 'embedding') limit 1`,
  );
  if (rows.length === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await ingester.stop();
await close();
