import type pg from 'pg';
import { DocumentError } from '../document-error.ts';
import type { DocumentReader } from '../extraction/document-reader.ts';
import { openDocument } from '../extraction/document-reader.ts';
import { formatOf } from '../extraction/file-kinds.ts';
import {
  MOST_CHARACTERS_PER_PAGE,
  MOST_CHUNKS_PER_DOCUMENT,
  MOST_PAGES,
  MOST_TEXT_CHARACTERS,
  PAGES_PER_BATCH,
} from '../limits.ts';
import type { NewPassage } from '../passages.ts';
import { passagesOf, passagesOfPages } from '../passages.ts';
import { hashOf } from '../text-hash.ts';
import type { DocumentRow } from './document-row.ts';
import { readDocumentRow } from './document-row.ts';
import type { IngestDeps } from './ingest-document.ts';
import type { Leased } from './lease.ts';
import { LeaseLostError, whileLeased } from './lease.ts';
import { markAllUnseen, removeUnseen, writePassages } from './write-passages.ts';

/** Passages of a document without pages that are stored in one go. */
const PASSAGES_PER_BATCH = 500;

/**
 * Reads what was uploaded into passages, pages in batches. Pages that are stored already are not read again.
 * @throws DocumentError, LeaseLostError
 */
export async function readPassages(deps: IngestDeps, leased: Leased, signal: AbortSignal): Promise<void> {
  const { pool } = deps;
  const document = await readDocumentRow(pool, leased);
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'select bytes from knowledge_files where workspace_id = $1 and document_id = $2',
    [leased.workspaceId, leased.id],
  );
  const bytes = rows[0]?.bytes;
  if (!document || !bytes) throw new LeaseLostError(`Document ${leased.id} has nothing to read any more.`);
  const contentHash = hashOf(bytes);
  if (document.content_hash === contentHash && document.pages_read === null) {
    // The same as before: nothing is read, what is embedded stays.
    await finishReading(deps, leased, contentHash, { removesUnseen: false });
    return;
  }
  const reader = await openDocument({ bytes, format: formatOf(document.mime_type) }, signal);
  try {
    if (reader.document.kind === 'pages') await readPages(deps, leased, document, reader, signal);
    else await storeWhole(deps, leased, document, passagesOf(checkedLength(reader.document)));
  } finally {
    await reader.close();
  }
  await finishReading(deps, leased, contentHash, { removesUnseen: true });
}

async function readPages(
  deps: IngestDeps,
  leased: Leased,
  document: DocumentRow,
  reader: DocumentReader,
  signal: AbortSignal,
): Promise<void> {
  const pageCount = reader.document.kind === 'pages' ? reader.document.pageCount : 0;
  if (pageCount > MOST_PAGES) {
    throw new DocumentError(
      'too_many_pages',
      `The document has ${pageCount} pages, more than ${MOST_PAGES}. Split it.`,
    );
  }
  const first = (document.pages_read ?? 0) + 1;
  if (document.pages_read === null) await begin(deps, leased, pageCount);
  let before = first > 1 ? await endOfPage(deps.pool, leased, first - 1) : '';
  for (let from = first; from <= pageCount; from += PAGES_PER_BATCH) {
    signal.throwIfAborted();
    const to = Math.min(pageCount, from + PAGES_PER_BATCH - 1);
    const texts = await reader.pages(from, to);
    if (texts.some((text) => text.length > MOST_CHARACTERS_PER_PAGE)) {
      throw new DocumentError(
        'too_much_text',
        `A page has more than ${MOST_CHARACTERS_PER_PAGE} characters: it is more than a page. Save the document anew.`,
      );
    }
    const passages = passagesOfPages(texts, from, before);
    await storeBatch(deps, leased, document, passages, to);
    before = texts.at(-1) ?? '';
  }
}

async function storeWhole(
  deps: IngestDeps,
  leased: Leased,
  document: DocumentRow,
  passages: NewPassage[],
): Promise<void> {
  await begin(deps, leased, null);
  for (let from = 0; from < passages.length; from += PASSAGES_PER_BATCH) {
    await storeBatch(deps, leased, document, passages.slice(from, from + PASSAGES_PER_BATCH), null);
  }
}

/** What an earlier version left is looked through again; what an interrupted reading without pages stored, too. */
async function begin(deps: IngestDeps, leased: Leased, pageCount: number | null): Promise<void> {
  await whileLeased(deps.pool, leased, async (client) => {
    await markAllUnseen(client, keyOf(leased));
    await client.query(
      // The earlier version is no longer whole; that there was one must not be forgotten (fail-document.ts).
      `update knowledge_documents set status = 'reading', pages_read = $3, page_count = $4, error = null,
         content_hash = case when content_hash is not null then '' end, updated_at = clock_timestamp()
       where workspace_id = $1 and id = $2`,
      [leased.workspaceId, leased.id, pageCount === null ? null : 0, pageCount],
    );
  });
  await tell(deps, leased);
}

async function storeBatch(
  deps: IngestDeps,
  leased: Leased,
  document: DocumentRow,
  passages: NewPassage[],
  pagesRead: number | null,
): Promise<void> {
  await deps.faults('ingest', () =>
    whileLeased(deps.pool, leased, async (client) => {
      const { next } = await seen(client, leased);
      if (next + passages.length > MOST_CHUNKS_PER_DOCUMENT) throw tooMuchText();
      await writePassages(
        client,
        { ...keyOf(leased), knowledgeBaseId: document.knowledge_base_id, title: document.title },
        passages,
        next,
      );
      await client.query(
        `update knowledge_documents set pages_read = $3, chunk_count = $4, attempts = 0, updated_at = clock_timestamp()
         where workspace_id = $1 and id = $2`,
        [leased.workspaceId, leased.id, pagesRead, next + passages.length],
      );
    }),
  );
  await tell(deps, leased);
}

/** The document is read: what it has no longer is removed, what was uploaded is not needed any more. */
async function finishReading(
  deps: IngestDeps,
  leased: Leased,
  contentHash: string,
  { removesUnseen }: { removesUnseen: boolean },
): Promise<void> {
  const removed = await whileLeased(deps.pool, leased, async (client) => {
    const { next: count } = await seen(client, leased);
    if (count === 0) {
      throw new DocumentError(
        'no_text',
        'There is no readable text in this document. Scanned pages are pictures: run text recognition over them first.',
      );
    }
    const gone = removesUnseen ? await removeUnseen(client, keyOf(leased)) : [];
    await client.query('delete from knowledge_files where workspace_id = $1 and document_id = $2', [
      leased.workspaceId,
      leased.id,
    ]);
    await client.query(
      `update knowledge_documents set status = 'embedding', content_hash = $3, chunk_count = $4, error = null,
         attempts = 0, updated_at = clock_timestamp()
       where workspace_id = $1 and id = $2`,
      [leased.workspaceId, leased.id, contentHash, count],
    );
    return gone;
  });
  // What a failed call leaves behind is removed when a search comes upon it.
  if (removed.length > 0) {
    await deps.vectors.remove(leased.workspaceId, removed, AbortSignal.timeout(30_000)).catch(() => {});
  }
  await tell(deps, leased);
}

/** Positions of the passages that this reading has stored are 0 to `next` - 1. */
async function seen(client: pg.ClientBase, leased: Leased): Promise<{ next: number }> {
  const { rows } = await client.query<{ next: number }>(
    `select coalesce(max(position), -1) + 1 as next from knowledge_chunks
     where workspace_id = $1 and document_id = $2 and position >= 0`,
    [leased.workspaceId, leased.id],
  );
  return { next: rows[0]?.next ?? 0 };
}

async function endOfPage(pool: pg.Pool, leased: Leased, page: number): Promise<string> {
  const { rows } = await pool.query<{ text: string }>(
    `select text from knowledge_chunks where workspace_id = $1 and document_id = $2 and page = $3 and position >= 0
     order by position desc limit 1`,
    [leased.workspaceId, leased.id, page],
  );
  return rows[0]?.text ?? '';
}

async function tell(deps: IngestDeps, leased: Leased): Promise<void> {
  const document = await readDocumentRow(deps.pool, leased);
  if (document) deps.onProgress(document);
}

function checkedLength<T extends Parameters<typeof passagesOf>[0]>(document: T): T {
  if (document.kind === 'text' && document.text.length > MOST_TEXT_CHARACTERS) throw tooMuchText();
  return document;
}

const keyOf = ({ id, workspaceId }: Leased) => ({ id, workspaceId, knowledgeBaseId: '', title: '' });

const tooMuchText = () =>
  new DocumentError(
    'too_much_text',
    `The document has more than ${MOST_TEXT_CHARACTERS} characters of text. Split it into several.`,
  );
