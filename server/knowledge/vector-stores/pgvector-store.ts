import type pg from 'pg';
import { inTransaction } from '../../executions/transaction.ts';
import type { FoundVector, VectorSearch, VectorStore } from './vector-store.ts';
import { VectorStoreError } from './vector-store.ts';

/** Key of the advisory lock under which one process creates table and indexes; beside that of server/database/migrate.ts. */
const PGVECTOR_LOCK = 7_265_403;
/** What an HNSW index over `vector` takes (pgvector README, "Indexing vectors"). */
const MOST_INDEXED_DIMENSIONS = 2_000;
/** Candidates that the index looks at: more is slower and finds more of the true nearest. */
const EF_SEARCH = 100;
/** Who looks something up waits no longer (search/search-passages.ts), and the connection is free again. */
const SEARCH_TIMEOUT_MS = 5_000;

/**
 * Vectors in a table of their own with an HNSW index for each dimension. The table is created here and not by a migration:
 * the embedded PostgreSQL has no pgvector.
 * @returns null where the server lacks the extension or the role may not create it; `why` is told
 */
export async function openPgvectorStore(
  pool: pg.Pool,
  why: (reason: string) => void = () => {},
): Promise<VectorStore | null> {
  const { rowCount } = await pool.query(`select 1 from pg_available_extensions where name = 'vector'`);
  if (rowCount === 0) {
    why('the server does not have the extension');
    return null;
  }
  try {
    await inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [PGVECTOR_LOCK]);
      await client.query('create extension if not exists vector');
      await client.query(TABLE);
      // A table that is new, or was restored without its rows: what it lacks is embedded again.
      await client.query(
        `update knowledge_chunks chunk set embedding_model = null
         where embedding_model like '%#pgvector' and not exists (select 1 from knowledge_vectors where chunk_id = chunk.id)`,
      );
    });
  } catch (error) {
    why(error instanceof Error ? error.message : String(error));
    return null;
  }
  const canIterate = await hasIterativeScan(pool);
  const indexed = new Set<number>();

  async function index(dimension: number): Promise<void> {
    if (indexed.has(dimension) || dimension > MOST_INDEXED_DIMENSIONS) return;
    await inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [PGVECTOR_LOCK]);
      await client.query(
        `create index if not exists knowledge_vectors_hnsw_${dimension} on knowledge_vectors
         using hnsw ((embedding::vector(${dimension})) vector_cosine_ops) where dimension = ${dimension}`,
      );
    });
    indexed.add(dimension);
  }

  return {
    name: 'pgvector',
    place: 'pgvector',
    mostVectors: null,
    async upsert({ workspaceId, space }, vectors, signal) {
      const first = vectors[0];
      if (!first) return;
      signal.throwIfAborted();
      await told(index(first.vector.length));
      // The passage itself says to which base and document it belongs; one that was deleted meanwhile is left out.
      await told(
        pool.query(
          `insert into knowledge_vectors (chunk_id, workspace_id, knowledge_base_id, document_id, space, dimension, embedding)
         select chunk.id, chunk.workspace_id, chunk.knowledge_base_id, chunk.document_id, $2, $3, given.embedding::vector
         from unnest($4::uuid[], $5::text[]) as given(id, embedding)
         join knowledge_chunks chunk on chunk.id = given.id and chunk.workspace_id = $1
         on conflict (chunk_id) do update
           set space = excluded.space, dimension = excluded.dimension, embedding = excluded.embedding`,
          [
            workspaceId,
            space,
            first.vector.length,
            vectors.map(({ chunkId }) => chunkId),
            vectors.map(({ vector }) => textOf(vector)),
          ],
        ),
      );
    },
    async remove(workspaceId, chunkIds) {
      await told(
        pool.query('delete from knowledge_vectors where workspace_id = $1 and chunk_id = any($2)', [
          workspaceId,
          chunkIds,
        ]),
      );
    },
    async search(vector, search, signal) {
      signal.throwIfAborted();
      const found = await told(searchOnce(pool, vector, search, canIterate ? ITERATIVE : NARROW));
      if (found.length >= search.limit) return found;
      // The index stops before a small workspace is through; it is then looked at row by row.
      signal.throwIfAborted();
      return told(searchOnce(pool, vector, search, EXACT));
    },
    close: async () => {},
  };
}

const TABLE = `
  create table if not exists knowledge_vectors (
    chunk_id uuid primary key references knowledge_chunks(id) on delete cascade,
    workspace_id uuid not null,
    knowledge_base_id uuid not null,
    document_id uuid not null,
    space text not null,
    dimension integer not null,
    embedding vector not null
  );
  create index if not exists knowledge_vectors_workspace on knowledge_vectors (workspace_id, knowledge_base_id)`;

const NARROW = `set local statement_timeout = ${SEARCH_TIMEOUT_MS}; set local hnsw.ef_search = ${EF_SEARCH}`;
const ITERATIVE = `${NARROW}; set local hnsw.iterative_scan = strict_order`;
/** Without index scans there is the bitmap of the workspace's rows, and the sort. */
const EXACT = `set local statement_timeout = ${SEARCH_TIMEOUT_MS}; set local enable_indexscan = off`;

/** Since pgvector 0.8.0 the index goes on until enough rows pass the filters. */
async function hasIterativeScan(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ version: string }>(
    `select extversion as version from pg_extension where extname = 'vector'`,
  );
  const [major = 0, minor = 0] = (rows[0]?.version ?? '').split('.').map(Number);
  return major > 0 || minor >= 8;
}

async function searchOnce(
  pool: pg.Pool,
  vector: Float32Array,
  search: VectorSearch,
  settings: string,
): Promise<FoundVector[]> {
  return inTransaction(pool, async (client) => {
    await client.query(settings);
    const { rows } = await client.query<{ id: string; similarity: number }>(nearest(vector, search));
    return rows.map(({ id, similarity }) => ({ chunkId: id, similarity }));
  });
}

/** The dimension is written out: the index is one for `embedding::vector(1536)` of the rows that have 1,536. */
export function nearest(vector: Float32Array, search: VectorSearch): { text: string; values: unknown[] } {
  const { length } = vector;
  return {
    text: `select chunk_id as id, 1 - (embedding::vector(${length}) <=> $1::vector(${length})) as similarity
       from knowledge_vectors
       where dimension = ${length} and workspace_id = $2 and space = $3
         and ($4::uuid[] is null or knowledge_base_id = any($4))
         and ($5::uuid[] is null or document_id = any($5))
       order by embedding::vector(${length}) <=> $1::vector(${length}) limit $6`,
    values: [
      textOf(vector),
      search.workspaceId,
      search.space,
      search.knowledgeBaseIds,
      search.documentIds,
      search.limit,
    ],
  };
}

/** A database that is away, or a vector that it does not take: both are tried again and then said at the document. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = `pgvector: ${error instanceof Error ? error.message : String(error)}`;
    throw new VectorStoreError(message, { retryable: true });
  }
}

const textOf = (vector: Float32Array) => `[${vector.join(',')}]`;
