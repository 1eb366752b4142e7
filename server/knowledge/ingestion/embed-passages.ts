import { DocumentError } from '../document-error.ts';
import type { Embedder } from '../embeddings/embedder.ts';
import { embedMetered } from '../embeddings/meter.ts';
import { spaceOf } from '../embeddings/vector-space.ts';
import { CHUNKS_PER_EMBEDDING } from '../limits.ts';
import { readDocumentRow } from './document-row.ts';
import type { IngestDeps } from './ingest-document.ts';
import type { Leased } from './lease.ts';
import { whileLeased } from './lease.ts';

const STORE_TIMEOUT_MS = 60_000;

type Row = { id: string; text: string; knowledge_base_id: string };

/**
 * Embeds the passages of a document that are not yet, in batches, and ends its ingestion. Without a provider there is
 * nothing to do: passages are found by their words.
 * @throws EmbeddingError, VectorStoreError, DocumentError `too_many_passages`, LeaseLostError; NodeError `budget_used_up`
 *   or `budget_held`, after which the rest waits (fail-document.ts)
 */
export async function embedPassages(deps: IngestDeps, leased: Leased, signal: AbortSignal): Promise<void> {
  const embedder = await deps.embedderFor(leased.workspaceId);
  if (embedder) {
    await checkRoom(deps, leased);
    while (await embedBatch(deps, leased, embedder, signal));
  }
  await whileLeased(deps.pool, leased, (client) =>
    client.query(
      `update knowledge_documents set status = 'ready', error = null, lease_owner = null, attempts = 0,
         updated_at = clock_timestamp()
       where workspace_id = $1 and id = $2`,
      [leased.workspaceId, leased.id],
    ),
  );
  await tell(deps, leased);
}

/** @returns false when nothing is left */
async function embedBatch(
  deps: IngestDeps,
  leased: Leased,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<boolean> {
  const { pool, vectors } = deps;
  const { workspaceId } = leased;
  signal.throwIfAborted();
  const space = spaceOf(embedder, vectors);
  const { rows } = await pool.query<Row>(
    `select id, text, knowledge_base_id from knowledge_chunks
     where workspace_id = $1 and document_id = $2 and position >= 0 and embedding_model is distinct from $3
     order by position limit $4`,
    [workspaceId, leased.id, space, CHUNKS_PER_EMBEDDING],
  );
  if (rows.length === 0) return false;
  const texts = rows.map(({ text }) => text);
  const { vectors: embedded } = await embedMetered(
    deps.meter,
    embedder,
    { workspaceId, texts, kind: 'passage' },
    signal,
  );
  const stored = rows.map(({ id, knowledge_base_id }, index) => ({
    chunkId: id,
    knowledgeBaseId: knowledge_base_id,
    documentId: leased.id,
    vector: embedded[index] ?? new Float32Array(),
  }));
  await vectors.upsert(
    { workspaceId, space },
    stored,
    AbortSignal.any([signal, AbortSignal.timeout(STORE_TIMEOUT_MS)]),
  );
  await deps.faults('ingest', () =>
    whileLeased(pool, leased, async (client) => {
      await client.query(
        `update knowledge_chunks set embedding_model = $3, embedding = case when $4 then embedding end
         where workspace_id = $1 and id = any($2) and embedding_model is distinct from $3`,
        [workspaceId, rows.map(({ id }) => id), space, vectors.name === 'scan'],
      );
      await client.query(
        `update knowledge_documents set status = 'embedding', attempts = 0, error = null, updated_at = clock_timestamp()
         where workspace_id = $1 and id = $2`,
        [workspaceId, leased.id],
      );
    }),
  );
  await tell(deps, leased);
  return true;
}

async function checkRoom({ pool, vectors }: IngestDeps, { workspaceId }: Leased): Promise<void> {
  if (vectors.mostVectors === null) return;
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from knowledge_chunks where workspace_id = $1',
    [workspaceId],
  );
  if ((rows[0]?.count ?? 0) <= vectors.mostVectors) return;
  throw new DocumentError(
    'too_many_passages',
    `It is found by its words only: without a vector database a workspace has room for ${vectors.mostVectors} passages that are found by meaning. Set up pgvector, Qdrant or Pinecone (docs/knowledge.md).`,
  );
}

async function tell(deps: IngestDeps, leased: Leased): Promise<void> {
  const document = await readDocumentRow(deps.pool, leased);
  if (document) deps.onProgress(document);
}
