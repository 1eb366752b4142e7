import type pg from 'pg';
import type { DocumentProgress, DocumentStatus } from '../../contract/knowledge.ts';
import type { KnowledgeDocument } from '../../contract/shapes.ts';

/** A row of `knowledge_documents` with what its passages say about it. */
export type DocumentRow = {
  id: string;
  workspace_id: string;
  knowledge_base_id: string;
  title: string;
  mime_type: string;
  size_bytes: number;
  chunk_count: number;
  embedded_count: number;
  source: KnowledgeDocument['source'];
  url: string | null;
  status: DocumentStatus;
  pages_read: number | null;
  page_count: number | null;
  error: { code: string; message: string } | null;
  content_hash: string | null;
  attempts: number;
  created_at: Date;
  updated_at: Date;
  cursorAt: string;
};

/** The columns of a DocumentRow; `document` is the table. */
export const DOCUMENT_COLUMNS = `
  document.id, document.workspace_id, document.knowledge_base_id, document.title, document.mime_type,
  document.size_bytes, document.chunk_count, document.source, document.url, document.status, document.pages_read,
  document.page_count, document.error, document.content_hash, document.attempts, document.created_at,
  document.updated_at, document.created_at::text as "cursorAt",
  (select count(*)::int from knowledge_chunks chunk
   where chunk.document_id = document.id and chunk.workspace_id = document.workspace_id
     and chunk.embedding_model is not null) as embedded_count`;

/** A document as the API gives it. */
export const toDocument = (row: DocumentRow): KnowledgeDocument => ({
  id: row.id,
  title: row.title,
  mimeType: row.mime_type,
  sizeBytes: row.size_bytes,
  source: row.source,
  url: row.url,
  ...progressOf(row),
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

/** How far a document is. */
export const progressOf = (row: DocumentRow): DocumentProgress => ({
  status: row.status,
  pagesRead: row.pages_read,
  pageCount: row.page_count,
  chunkCount: row.chunk_count,
  embeddedCount: row.embedded_count,
  error: row.error,
});

/** @returns undefined when it is not there (any more) */
export async function readDocumentRow(
  db: pg.Pool | pg.ClientBase,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<DocumentRow | undefined> {
  const { rows } = await db.query<DocumentRow>(
    `select ${DOCUMENT_COLUMNS} from knowledge_documents document where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}
