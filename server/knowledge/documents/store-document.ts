import type pg from 'pg';
import { newId } from '../../database/id.ts';
import { conflict, HttpProblem, notFound } from '../../http/problem.ts';
import { markAllUnseen, removeUnseen, writePassages } from '../ingestion/write-passages.ts';
import { MOST_DOCUMENTS_PER_BASE, MOST_TEXT_CHARACTERS } from '../limits.ts';
import { passagesOf } from '../passages.ts';
import type { NewDocument } from './new-document.ts';

export type BaseKey = { workspaceId: string; knowledgeBaseId: string };

/** Uploads that wait to be read, of a workspace: nobody fills the disk with what may never be read. */
const MOST_WAITING_BYTES = 1024 * 1024 * 1024;

/**
 * Stores a new document inside the caller's transaction: its passages where its text is at hand, else what an ingester is to
 * read. It is found by its words at once, by meaning when an ingester has embedded it.
 * @returns its id
 * @throws HttpProblem 404 without such a base in the workspace; 409 when the base is full or too much waits; 422 when there
 * is no text or too much of it
 */
export async function insertDocument(
  client: pg.ClientBase,
  base: BaseKey,
  document: NewDocument,
): Promise<string> {
  await lockBase(client, base);
  await checkCount(client, base);
  const id = newId();
  await client.query(
    `insert into knowledge_documents
       (id, workspace_id, knowledge_base_id, title, mime_type, size_bytes, source, url, chunk_count, status)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 'queued')`,
    [
      id,
      base.workspaceId,
      base.knowledgeBaseId,
      document.title,
      document.mimeType,
      document.sizeBytes,
      document.source,
      document.kind === 'page' ? document.url : null,
    ],
  );
  await storeContent(client, { ...base, id }, document);
  return id;
}

/**
 * Puts other content into a document. Until it is read, and where reading it fails, the earlier version is found.
 * @returns ids of passages that are gone
 * @throws HttpProblem 404; 409 when too much waits; 422 when there is no text or too much of it
 */
export async function replaceDocument(
  client: pg.ClientBase,
  key: BaseKey & { id: string },
  document: NewDocument,
): Promise<string[]> {
  const { rows } = await client.query<{ title: string }>(
    `select title from knowledge_documents where workspace_id = $1 and knowledge_base_id = $2 and id = $3 for update`,
    [key.workspaceId, key.knowledgeBaseId, key.id],
  );
  if (!rows[0]) throw notFound('document');
  if (rows[0].title !== document.title) {
    // Words of the title stand in the index of every passage: none is the same any more.
    await client.query(
      'update knowledge_chunks set text_hash = null where workspace_id = $1 and document_id = $2',
      [key.workspaceId, key.id],
    );
  }
  await client.query(
    `update knowledge_documents set title = $3, mime_type = $4, size_bytes = $5, source = $6, url = $7, status = 'queued',
       pages_read = null, page_count = null, error = null, lease_owner = null, attempts = 0,
       content_hash = case when title <> $3 or $7::text is not null then '' else content_hash end,
       updated_at = clock_timestamp()
     where workspace_id = $1 and id = $2`,
    [
      key.workspaceId,
      key.id,
      document.title,
      document.mimeType,
      document.sizeBytes,
      document.source,
      document.kind === 'page' ? document.url : null,
    ],
  );
  await client.query('delete from knowledge_files where workspace_id = $1 and document_id = $2', [
    key.workspaceId,
    key.id,
  ]);
  return storeContent(client, key, document);
}

async function storeContent(
  client: pg.ClientBase,
  key: BaseKey & { id: string },
  document: NewDocument,
): Promise<string[]> {
  switch (document.kind) {
    case 'page':
      return [];
    case 'file':
      await checkWaiting(client, key.workspaceId, document.sizeBytes);
      await client.query(
        'insert into knowledge_files (document_id, workspace_id, bytes) values ($1, $2, $3)',
        [key.id, key.workspaceId, document.bytes],
      );
      return [];
    case 'read': {
      const passages = passagesOf(checkedContent(document.content));
      await markAllUnseen(client, { ...key, title: document.title });
      await writePassages(client, { ...key, title: document.title }, passages, 0);
      const gone = await removeUnseen(client, { ...key, title: document.title });
      await client.query(
        `update knowledge_documents set status = 'embedding', chunk_count = $3, content_hash = $4,
           updated_at = clock_timestamp()
         where workspace_id = $1 and id = $2`,
        [key.workspaceId, key.id, passages.length, document.contentHash],
      );
      return gone;
    }
  }
}

function checkedContent<T extends Extract<NewDocument, { kind: 'read' }>['content']>(content: T): T {
  if (content.kind === 'pairs' ? content.pairs.length === 0 : content.text === '') {
    throw new HttpProblem(422, 'no-text', 'No text', 'There is no readable text in this document.');
  }
  if (content.kind === 'text' && content.text.length > MOST_TEXT_CHARACTERS) {
    throw new HttpProblem(
      422,
      'too-much-text',
      'Too much text',
      `The document has ${content.text.length} characters of text, more than ${MOST_TEXT_CHARACTERS}. Split it into several.`,
    );
  }
  return content;
}

/** Two uploads at once must not both take the last place. */
async function lockBase(client: pg.ClientBase, { workspaceId, knowledgeBaseId }: BaseKey): Promise<void> {
  const base = await client.query(
    'select 1 from knowledge_bases where workspace_id = $1 and id = $2 for update',
    [workspaceId, knowledgeBaseId],
  );
  if (base.rowCount === 0) throw notFound('knowledge base');
}

async function checkCount(client: pg.ClientBase, { workspaceId, knowledgeBaseId }: BaseKey): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from knowledge_documents where workspace_id = $1 and knowledge_base_id = $2',
    [workspaceId, knowledgeBaseId],
  );
  if ((rows[0]?.count ?? 0) < MOST_DOCUMENTS_PER_BASE) return;
  throw conflict(
    'knowledge-base-full',
    `A knowledge base holds ${MOST_DOCUMENTS_PER_BASE} documents at most.`,
  );
}

async function checkWaiting(client: pg.ClientBase, workspaceId: string, sizeBytes: number): Promise<void> {
  const { rows } = await client.query<{ bytes: number }>(
    `select coalesce(sum(octet_length(bytes)), 0)::float8 as bytes from knowledge_files where workspace_id = $1`,
    [workspaceId],
  );
  if ((rows[0]?.bytes ?? 0) + sizeBytes <= MOST_WAITING_BYTES) return;
  throw conflict(
    'too-much-waiting',
    'More than 1 GiB of uploads waits to be read. Wait until they are, and delete those that failed.',
  );
}
