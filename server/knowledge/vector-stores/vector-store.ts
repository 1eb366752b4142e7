/** A passage's place among the others of its workspace. `vector` has length 1. */
export type StoredVector = {
  chunkId: string;
  knowledgeBaseId: string;
  documentId: string;
  vector: Float32Array;
};

/**
 * What is searched. Everything is scoped to a workspace; `space` names what vectors may be compared with each other: the
 * embedding model, its dimension and the store.
 */
export type VectorScope = { workspaceId: string; space: string };

export type VectorSearch = VectorScope & {
  /** Null: all bases of the workspace. */
  knowledgeBaseIds: string[] | null;
  /** Null: all documents. */
  documentIds: string[] | null;
  limit: number;
};

/** `similarity`: cosine, 1 is the same. */
export type FoundVector = { chunkId: string; similarity: number };

export type VectorStoreName = 'pgvector' | 'scan' | 'pinecone' | 'qdrant';

/**
 * Where vectors are kept. Every call may be repeated; after `upsert` resolves, searches find what was stored (Pinecone: some
 * seconds later).
 */
export type VectorStore = {
  name: VectorStoreName;
  /** The name and which one of its kind it is: what another one holds is embedded anew. */
  place: string;
  /** Most vectors of a workspace; null where the store has no limit of ours. */
  mostVectors: number | null;
  /** Stores or replaces. @throws VectorStoreError */
  upsert(scope: VectorScope, vectors: readonly StoredVector[], signal: AbortSignal): Promise<void>;
  /** What is not there is no error. @throws VectorStoreError */
  remove(workspaceId: string, chunkIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** The nearest, best first. @throws VectorStoreError */
  search(vector: Float32Array, search: VectorSearch, signal: AbortSignal): Promise<FoundVector[]>;
  close(): Promise<void>;
};

/** A store that is away or set up wrongly. Nothing secret stands in the message. */
export class VectorStoreError extends Error {
  override readonly name = 'VectorStoreError';
  readonly code = 'vector_store';
  readonly retryable: boolean;

  constructor(message: string, options: { retryable: boolean }) {
    super(message);
    this.retryable = options.retryable;
  }
}
