import type pg from 'pg';
import type { KnowledgeDocument } from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import { conflict, HttpProblem, notFound } from '../http/problem.ts';
import { chunkText } from './chunk-text.ts';
import { searchableText } from './search-terms.ts';

/** A document as text, ready to be cut and stored. */
export type DocumentText = { title: string; text: string; mimeType: string; sizeBytes: number };

export const MOST_DOCUMENTS_PER_BASE = 2_000;
export const MOST_TEXT_CHARACTERS = 2_000_000;
/** Rows of one insert: few round trips, and no statement of many megabytes. */
const BATCH = 250;

/**
 * Stores a document and its chunks, all or nothing.
 * @throws HttpProblem 404 without such a base in the workspace; 409 when the base is full; 422 when there is no text or
 * too much of it
 */
export async function storeDocument(
  pool: pg.Pool,
  owner: { workspaceId: string; knowledgeBaseId: string },
  document: DocumentText,
): Promise<KnowledgeDocument> {
  const chunks = chunkText(checkedText(document.text)).map(({ text }) => text.trim());
  const client = await pool.connect();
  try {
    await client.query('begin');
    await lockBase(client, owner);
    const id = newId();
    const createdAt = await insertDocument(client, owner, id, document, chunks.length);
    for (let from = 0; from < chunks.length; from += BATCH) {
      await insertChunks(
        client,
        owner,
        { id, title: document.title },
        chunks.slice(from, from + BATCH),
        from,
      );
    }
    await client.query('commit');
    const { title, mimeType, sizeBytes } = document;
    return { id, title, mimeType, sizeBytes, chunkCount: chunks.length, createdAt: createdAt.toISOString() };
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; files have both. */
function checkedText(given: string): string {
  const text = given.replaceAll('\0', '').toWellFormed().replace(/\r\n?/g, '\n').trim();
  if (text === '')
    throw new HttpProblem(422, 'no-text', 'No text', 'There is no readable text in this document.');
  if (text.length > MOST_TEXT_CHARACTERS) {
    throw new HttpProblem(
      422,
      'too-much-text',
      'Too much text',
      `The document has ${text.length} characters of text, more than ${MOST_TEXT_CHARACTERS}. Split it into several.`,
    );
  }
  return text;
}

/** Two uploads at once must not both take the last place. */
async function lockBase(
  client: pg.PoolClient,
  { workspaceId, knowledgeBaseId }: { workspaceId: string; knowledgeBaseId: string },
): Promise<void> {
  const base = await client.query(
    'select 1 from knowledge_bases where workspace_id = $1 and id = $2 for update',
    [workspaceId, knowledgeBaseId],
  );
  if (base.rowCount === 0) throw notFound('knowledge base');
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from knowledge_documents where workspace_id = $1 and knowledge_base_id = $2',
    [workspaceId, knowledgeBaseId],
  );
  if ((rows[0]?.count ?? 0) >= MOST_DOCUMENTS_PER_BASE) {
    throw conflict(
      'knowledge-base-full',
      `A knowledge base holds ${MOST_DOCUMENTS_PER_BASE} documents at most.`,
    );
  }
}

async function insertDocument(
  client: pg.PoolClient,
  { workspaceId, knowledgeBaseId }: { workspaceId: string; knowledgeBaseId: string },
  id: string,
  { title, mimeType, sizeBytes }: DocumentText,
  chunkCount: number,
): Promise<Date> {
  const { rows } = await client.query<{ created_at: Date }>(
    `insert into knowledge_documents (id, workspace_id, knowledge_base_id, title, mime_type, size_bytes, chunk_count)
     values ($1, $2, $3, $4, $5, $6, $7) returning created_at`,
    [id, workspaceId, knowledgeBaseId, title, mimeType, sizeBytes, chunkCount],
  );
  return rows[0]!.created_at;
}

/** `simple` holds the words of any language as they are, `english` their stems; words of the title weigh most. */
async function insertChunks(
  client: pg.PoolClient,
  { workspaceId, knowledgeBaseId }: { workspaceId: string; knowledgeBaseId: string },
  document: { id: string; title: string },
  chunks: string[],
  firstPosition: number,
): Promise<void> {
  await client.query(
    `insert into knowledge_chunks (id, workspace_id, knowledge_base_id, document_id, position, text, search)
     select chunk.id, $1, $2, $3, chunk.position, chunk.text,
            setweight(to_tsvector('simple', $4), 'A')
              || setweight(to_tsvector('simple', chunk.searchable), 'B')
              || setweight(to_tsvector('english', chunk.searchable), 'C')
     from unnest($5::uuid[], $6::int[], $7::text[], $8::text[]) as chunk(id, position, text, searchable)`,
    [
      workspaceId,
      knowledgeBaseId,
      document.id,
      searchableText(document.title),
      chunks.map(() => newId()),
      chunks.map((_, index) => firstPosition + index),
      chunks,
      chunks.map(searchableText),
    ],
  );
}
