import type pg from 'pg';
import { newId } from '../../database/id.ts';
import type { NewPassage } from '../passages.ts';
import { searchableText } from '../search-terms.ts';
import { hashOf } from '../text-hash.ts';

export type DocumentKey = { id: string; workspaceId: string; knowledgeBaseId: string; title: string };

/** Rows of one insert: few round trips, and no statement of many megabytes. */
const ROWS_PER_INSERT = 250;

/**
 * Marks the passages of a document as not seen in the reading that begins: what it finds again keeps its row and its
 * embedding, what is still marked at the end is gone from the document. Until then all of it is found by searches.
 */
export async function markAllUnseen(client: pg.ClientBase, document: DocumentKey): Promise<void> {
  await client.query(
    `update knowledge_chunks set position = -1 - position
     where workspace_id = $1 and document_id = $2 and position >= 0`,
    [document.workspaceId, document.id],
  );
}

/** Removes what the reading did not find again. @returns the ids of the passages removed */
export async function removeUnseen(client: pg.ClientBase, document: DocumentKey): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `delete from knowledge_chunks where workspace_id = $1 and document_id = $2 and position < 0 returning id`,
    [document.workspaceId, document.id],
  );
  return rows.map(({ id }) => id);
}

/**
 * Stores passages from a position on, inside the caller's transaction. A passage with the same text that is not seen yet is
 * taken over with its embedding; only what changed is written.
 */
export async function writePassages(
  client: pg.ClientBase,
  document: DocumentKey,
  passages: readonly NewPassage[],
  firstPosition: number,
): Promise<void> {
  const rows = passages.map(({ text, page }, index) => ({
    text,
    page,
    hash: hashOf(text),
    position: firstPosition + index,
  }));
  const known = await unseenByHash(client, document, [...new Set(rows.map(({ hash }) => hash))]);
  const kept: (Row & { id: string })[] = [];
  const added: Row[] = [];
  for (const row of rows) {
    const id = known.get(row.hash)?.pop();
    if (id === undefined) added.push(row);
    else kept.push({ ...row, id });
  }
  await keep(client, document, kept);
  for (let from = 0; from < added.length; from += ROWS_PER_INSERT) {
    await insert(client, document, added.slice(from, from + ROWS_PER_INSERT));
  }
}

type Row = { text: string; page: number | null; hash: string; position: number };

async function unseenByHash(
  client: pg.ClientBase,
  document: DocumentKey,
  hashes: string[],
): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ hash: string; ids: string[] }>(
    `select text_hash as hash, array_agg(id::text order by position) as ids from knowledge_chunks
     where workspace_id = $1 and document_id = $2 and position < 0 and text_hash = any($3) group by text_hash`,
    [document.workspaceId, document.id, hashes],
  );
  return new Map(rows.map(({ hash, ids }) => [hash, ids]));
}

async function keep(client: pg.ClientBase, document: DocumentKey, rows: (Row & { id: string })[]) {
  if (rows.length === 0) return;
  await client.query(
    `update knowledge_chunks chunk set position = kept.position, page = kept.page
     from unnest($3::uuid[], $4::int[], $5::int[]) as kept(id, position, page)
     where chunk.workspace_id = $1 and chunk.document_id = $2 and chunk.id = kept.id`,
    [
      document.workspaceId,
      document.id,
      rows.map(({ id }) => id),
      rows.map(({ position }) => position),
      rows.map(({ page }) => page),
    ],
  );
}

/** `simple` holds the words of any language as they are, `english` their stems; words of the title weigh most. */
async function insert(client: pg.ClientBase, document: DocumentKey, rows: Row[]): Promise<void> {
  await client.query(
    `insert into knowledge_chunks
       (id, workspace_id, knowledge_base_id, document_id, position, page, text_hash, text, search)
     select chunk.id, $1, $2, $3, chunk.position, chunk.page, chunk.hash, chunk.text,
            setweight(to_tsvector('simple', $4), 'A')
              || setweight(to_tsvector('simple', chunk.searchable), 'B')
              || setweight(to_tsvector('english', chunk.searchable), 'C')
     from unnest($5::uuid[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[])
       as chunk(id, position, page, hash, text, searchable)`,
    [
      document.workspaceId,
      document.knowledgeBaseId,
      document.id,
      searchableText(document.title),
      rows.map(() => newId()),
      rows.map(({ position }) => position),
      rows.map(({ page }) => page),
      rows.map(({ hash }) => hash),
      rows.map(({ text }) => text),
      rows.map(({ text }) => searchableText(text)),
    ],
  );
}
