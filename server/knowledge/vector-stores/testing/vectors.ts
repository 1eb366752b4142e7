import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { normalised } from '../vector-bytes.ts';
import type { StoredVector, VectorSearch } from '../vector-store.ts';

export const DIMENSION = 8;

/** The vector of length 1 along one axis, and the one in the middle between two. */
export const axis = (index: number) =>
  normalised(Array.from({ length: DIMENSION }, (_, at) => (at === index ? 1 : 0)));
export const between = (a: number, b: number) =>
  normalised(Array.from({ length: DIMENSION }, (_, at) => (at === a || at === b ? 1 : 0)));

/** A base with a document of so many passages, and what stores and searches vectors for them. */
export async function createHome(pool: pg.Pool, count: number, workspaceId: string = randomUUID()) {
  const knowledgeBaseId = randomUUID();
  const documentId = randomUUID();
  const chunkIds: string[] = Array.from({ length: count }, () => randomUUID());
  await pool.query(`insert into workspaces (id, name) values ($1, 'A') on conflict do nothing`, [
    workspaceId,
  ]);
  await pool.query(`insert into knowledge_bases (id, workspace_id, name) values ($2, $1, 'B')`, [
    workspaceId,
    knowledgeBaseId,
  ]);
  await pool.query(
    `insert into knowledge_documents (id, workspace_id, knowledge_base_id, title, mime_type, size_bytes, chunk_count)
     values ($3, $1, $2, 'D', 'text/plain', 1, 1)`,
    [workspaceId, knowledgeBaseId, documentId],
  );
  await pool.query(
    `insert into knowledge_chunks (id, workspace_id, knowledge_base_id, document_id, position, text, search)
     select id, $1, $2, $3, 0, 'text', '' from unnest($4::uuid[]) as id`,
    [workspaceId, knowledgeBaseId, documentId, chunkIds],
  );
  const space = `test:model@${DIMENSION}`;
  return {
    workspaceId,
    space,
    knowledgeBaseId,
    documentId,
    chunkIds,
    vectors: (vectors: Float32Array[]): StoredVector[] =>
      vectors.map((vector, index) => ({
        chunkId: chunkIds[index] ?? '',
        knowledgeBaseId,
        documentId,
        vector,
      })),
    search: (asked: Partial<VectorSearch>): VectorSearch => ({
      workspaceId,
      space,
      knowledgeBaseIds: null,
      documentIds: null,
      limit: 10,
      ...asked,
    }),
  };
}
