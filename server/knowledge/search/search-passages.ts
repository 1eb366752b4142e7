import type pg from 'pg';
import type { Passage } from '../../../engine/services.ts';
import type { PassageWhy } from '../../contract/knowledge.ts';
import type { KnowledgeDocument } from '../../contract/shapes.ts';
import type { Logger } from '../../log.ts';
import type { EmbedderFor } from '../embeddings/embedder.ts';
import type { EmbedQuestion } from '../embeddings/question-embedder.ts';
import { spaceOf } from '../embeddings/vector-space.ts';
import { searchTerms } from '../search-terms.ts';
import type { FoundVector, VectorStore } from '../vector-stores/vector-store.ts';
import type { SearchPlace } from './full-text.ts';
import { searchByWords } from './full-text.ts';
import type { Fused } from './fuse.ts';
import { fuse } from './fuse.ts';

/** Nearest passages that are fused with those found by words. */
const MOST_NEAREST = 40;
const MOST_PASSAGES = 20;
/** Most documents of a source that a vector store is told; of more the newest. */
const MOST_DOCUMENTS_OF_SOURCE = 2_000;
const STORE_TIMEOUT_MS = 5_000;

export type SearchDeps = {
  pool: pg.Pool;
  log: Logger;
  vectors: VectorStore;
  embedderFor: EmbedderFor;
  embedQuestion: EmbedQuestion;
};

export type PassageSearch = {
  /** Null: all bases of the workspace. */
  knowledgeBaseId: string | null;
  query: string;
  limit: number;
  documentIds?: string[] | undefined;
  sources?: KnowledgeDocument['source'][] | undefined;
  minSimilarity?: number | undefined;
};

export type FoundPassage = Passage & { why: PassageWhy };
/** `meaning`: the embedder that was used; null without one, or while it or the vector store does not answer. */
export type PassagesFound = { passages: FoundPassage[]; meaning: string | null };

/**
 * Hybrid search: by words and, with an embedding provider, by meaning; both lists are fused. A provider or a store that is
 * away takes nothing from the words.
 */
export async function searchPassages(
  deps: SearchDeps,
  workspaceId: string,
  search: PassageSearch,
  signal: AbortSignal,
): Promise<PassagesFound> {
  signal.throwIfAborted();
  const place = await placeOf(deps.pool, workspaceId, search);
  if (place.documentIds?.length === 0) return { passages: [], meaning: null };
  const [byWords, byMeaning] = await Promise.all([
    searchByWords(deps.pool, place, searchTerms(search.query)),
    searchByMeaning(deps, place, search, signal),
  ]);
  const fused = fuse(byWords, byMeaning?.found ?? null);
  const limit = Math.max(1, Math.min(search.limit, MOST_PASSAGES));
  const passages = await readPassages(deps, workspaceId, fused, limit);
  return { passages, meaning: byMeaning?.embedder ?? null };
}

async function placeOf(pool: pg.Pool, workspaceId: string, search: PassageSearch): Promise<SearchPlace> {
  const { knowledgeBaseId, documentIds = null, sources } = search;
  if (!sources) return { workspaceId, knowledgeBaseId, documentIds };
  const { rows } = await pool.query<{ id: string }>(
    `select id from knowledge_documents
     where workspace_id = $1 and source = any($2) and ($3::uuid is null or knowledge_base_id = $3)
       and ($4::uuid[] is null or id = any($4))
     order by created_at desc limit $5`,
    [workspaceId, sources, knowledgeBaseId, documentIds, MOST_DOCUMENTS_OF_SOURCE],
  );
  return { workspaceId, knowledgeBaseId, documentIds: rows.map(({ id }) => id) };
}

async function searchByMeaning(
  deps: SearchDeps,
  place: SearchPlace,
  search: PassageSearch,
  signal: AbortSignal,
): Promise<{ embedder: string; found: FoundVector[] } | null> {
  const { workspaceId } = place;
  const embedder = await deps.embedderFor(workspaceId);
  if (!embedder || search.query.trim() === '') return null;
  const vector = await deps.embedQuestion(workspaceId, embedder, search.query, signal);
  if (!vector) return null;
  try {
    const found = await deps.vectors.search(
      vector,
      {
        workspaceId,
        space: spaceOf(embedder, deps.vectors),
        knowledgeBaseIds: place.knowledgeBaseId === null ? null : [place.knowledgeBaseId],
        documentIds: place.documentIds,
        limit: MOST_NEAREST,
      },
      AbortSignal.any([signal, AbortSignal.timeout(STORE_TIMEOUT_MS)]),
    );
    const least = search.minSimilarity ?? embedder.leastSimilarity;
    return { embedder: embedder.name, found: found.filter(({ similarity }) => similarity >= least) };
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn(
      { err: error, workspaceId },
      'The vector store does not answer; passages are found by their words',
    );
    return null;
  }
}

type PassageRow = { id: string; document_id: string; title: string; text: string; page: number | null };

async function readPassages(
  deps: SearchDeps,
  workspaceId: string,
  fused: readonly Fused[],
  limit: number,
): Promise<FoundPassage[]> {
  if (fused.length === 0) return [];
  const { rows } = await deps.pool.query<PassageRow>({
    name: 'read-passages',
    text: `select chunk.id, chunk.document_id, document.title, chunk.text, chunk.page
           from knowledge_chunks chunk join knowledge_documents document on document.id = chunk.document_id
           where chunk.workspace_id = $1 and document.workspace_id = $1 and chunk.id = any($2)`,
    values: [workspaceId, fused.map(({ chunkId }) => chunkId)],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  // What was deleted while the store could not be reached.
  const strays = fused.filter(({ chunkId }) => !byId.has(chunkId)).map(({ chunkId }) => chunkId);
  if (strays.length > 0) {
    deps.vectors.remove(workspaceId, strays, AbortSignal.timeout(STORE_TIMEOUT_MS)).catch(() => {});
  }
  return fused
    .flatMap(({ chunkId, score, why }) => {
      const row = byId.get(chunkId);
      return row ? [toPassage(row, score, why)] : [];
    })
    .slice(0, limit);
}

const toPassage = (row: PassageRow, score: number, why: PassageWhy): FoundPassage => ({
  id: row.id,
  documentId: row.document_id,
  title: row.title,
  text: row.text,
  ...(row.page !== null && { page: row.page }),
  score,
  why,
});
