import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import type { ScanAnswer, ScanRequest } from './scan-protocol.ts';
import { bytesOfVector } from './vector-bytes.ts';
import type { FoundVector, VectorSearch, VectorStore } from './vector-store.ts';
import { VectorStoreError } from './vector-store.ts';

/** More take a fifth of a second a search and 300 MB of memory with 1,536 dimensions (docs/knowledge.md). */
export const MOST_SCANNED_VECTORS = 50_000;
/** A thread that nobody needs gives its memory back. */
const IDLE_MS = 5 * 60_000;
const WORKER = new URL('./scan-worker.ts', import.meta.url);

/** Vectors in `knowledge_chunks`, searched one by one in a thread: exact, and without an extension of the database. */
export function createScanStore(pool: pg.Pool, options: { idleMs?: number } = {}): VectorStore {
  let thread: Thread | null = null;
  let idle: NodeJS.Timeout | undefined;

  async function ask(request: Omit<ScanRequest, 'id'>, signal: AbortSignal): Promise<FoundVector[]> {
    clearTimeout(idle);
    if (!thread || thread.isGone()) thread = startThread(pool);
    try {
      return await thread.ask(request, signal);
    } finally {
      clearTimeout(idle);
      idle = setTimeout(() => void close(), options.idleMs ?? IDLE_MS).unref();
    }
  }

  async function close(): Promise<void> {
    clearTimeout(idle);
    const closing = thread;
    thread = null;
    await closing?.close();
  }

  return {
    name: 'scan',
    place: 'scan',
    mostVectors: MOST_SCANNED_VECTORS,
    async upsert({ workspaceId, space }, vectors) {
      if (vectors.length === 0) return;
      await pool.query(
        `with stored as (
           update knowledge_chunks chunk set embedding = given.embedding, embedding_model = $2
           from unnest($3::uuid[], $4::bytea[]) as given(id, embedding)
           where chunk.workspace_id = $1 and chunk.id = given.id
           returning chunk.document_id)
         update knowledge_documents set updated_at = clock_timestamp()
         where workspace_id = $1 and id in (select document_id from stored)`,
        [
          workspaceId,
          space,
          vectors.map(({ chunkId }) => chunkId),
          vectors.map(({ vector }) => bytesOfVector(vector)),
        ],
      );
    },
    async remove(workspaceId, chunkIds) {
      if (chunkIds.length === 0) return;
      await pool.query(
        `with removed as (
           update knowledge_chunks set embedding = null, embedding_model = null
           where workspace_id = $1 and id = any($2) and embedding is not null returning document_id)
         update knowledge_documents set updated_at = clock_timestamp()
         where workspace_id = $1 and id in (select document_id from removed)`,
        [workspaceId, chunkIds],
      );
    },
    async search(vector, search, signal) {
      signal.throwIfAborted();
      const rows = await documentsOf(pool, search);
      const { workspaceId, space, limit } = search;
      const documents = rows.filter(({ is_searched }) => is_searched).map(({ id }) => ({ id }));
      if (documents.length === 0) return [];
      const known = rows.map(({ id, version }) => ({ id, version }));
      return ask({ workspaceId, space, vector, limit, known, documents }, signal);
    },
    close,
  };
}

type DocumentRow = { id: string; version: string; is_searched: boolean };

/** `updated_at` of a document is set anew with every change of its passages. */
async function documentsOf(pool: pg.Pool, search: VectorSearch): Promise<DocumentRow[]> {
  const { rows } = await pool.query<DocumentRow>({
    name: 'documents-to-scan',
    text: `select id, updated_at::text as version,
                  ($2::uuid[] is null or knowledge_base_id = any($2)) and ($3::uuid[] is null or id = any($3)) as is_searched
           from knowledge_documents where workspace_id = $1 and chunk_count > 0`,
    values: [search.workspaceId, search.knowledgeBaseIds, search.documentIds],
  });
  return rows;
}

type Thread = ReturnType<typeof startThread>;

function startThread(pool: pg.Pool) {
  const worker = new Worker(WORKER, {
    workerData: { connectionString: pool.options.connectionString, mostVectors: MOST_SCANNED_VECTORS },
  });
  worker.unref();
  const waiting = new Map<number, PromiseWithResolvers<FoundVector[]>>();
  let lastId = 0;
  let isGone = false;
  worker.on('message', (answer: ScanAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('found' in answer) asked?.resolve(answer.found);
    else
      asked?.reject(new VectorStoreError(`Vectors could not be read: ${answer.error}`, { retryable: true }));
  });
  const end = () => {
    isGone = true;
    const error = new VectorStoreError('The thread that searches vectors ended.', { retryable: true });
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  };
  worker.on('error', end);
  worker.on('exit', end);
  return {
    isGone: () => isGone,
    async ask(request: Omit<ScanRequest, 'id'>, signal: AbortSignal): Promise<FoundVector[]> {
      const id = ++lastId;
      const asked = Promise.withResolvers<FoundVector[]>();
      waiting.set(id, asked);
      const onAbort = () => asked.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      worker.postMessage({ ...request, id });
      try {
        return await asked.promise;
      } finally {
        waiting.delete(id);
        signal.removeEventListener('abort', onAbort);
      }
    },
    async close(): Promise<void> {
      await worker.terminate();
    },
  };
}
