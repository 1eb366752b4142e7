import type pg from 'pg';
import { NodeError } from '../../../engine/errors.ts';
import { DocumentError } from '../document-error.ts';
import { EmbeddingError } from '../embeddings/embedder.ts';
import { VectorStoreError } from '../vector-stores/vector-store.ts';
import type { Leased } from './lease.ts';
import { MOST_ATTEMPTS, WAITING_CODES, whileLeased } from './lease.ts';

export type Failure = { code: string; message: string; retryable: boolean };

/** Null: it is none of the failures that are expected, but a bug or a database that is away. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof NodeError && WAITING_CODES.includes(error.code)) {
    return { code: error.code, message: WAITING, retryable: true };
  }
  const isExpected =
    error instanceof DocumentError ||
    error instanceof EmbeddingError ||
    error instanceof VectorStoreError ||
    error instanceof NodeError;
  return isExpected ? { code: error.code, message: error.message, retryable: error.retryable } : null;
}

const WAITING =
  'It waits for room in the AI budget of a day (UTC) and goes on by itself. Until then it is found by its words. A larger budget can be set in Settings → AI.';

/**
 * Writes down why a document got no further. What may pass is tried again by itself, with longer and longer pauses; what
 * waits for the budget of a day, as often as it takes; the rest waits for a person. Of a document that was never read to its end nothing stays; an earlier version does, and what is
 * read but not embedded is found by its words.
 * @throws LeaseLostError
 */
export async function failDocument(pool: pg.Pool, leased: Leased, failure: Failure): Promise<void> {
  const { code, message } = failure;
  const isWaiting = WAITING_CODES.includes(code);
  const isOver = !isWaiting && (!failure.retryable || leased.attempts >= MOST_ATTEMPTS);
  await whileLeased(pool, leased, async (client) => {
    const keys = [leased.workspaceId, leased.id];
    const error = JSON.stringify({ code, message });
    if (!isOver) {
      await client.query(
        `update knowledge_documents set error = $3, lease_owner = null,
           attempts = case when $4 then 1 else greatest(attempts, 1) end,
           updated_at = clock_timestamp()
         where workspace_id = $1 and id = $2`,
        [...keys, error, isWaiting],
      );
      return;
    }
    const { rows } = await client.query<{ was_read: boolean }>(
      `update knowledge_documents set error = $3, lease_owner = null, updated_at = clock_timestamp(),
         pages_read = case when status = 'embedding' then pages_read end, status = 'failed'
       where workspace_id = $1 and id = $2 returning content_hash is not null as was_read`,
      [...keys, error],
    );
    if (rows[0]?.was_read) return;
    await client.query('delete from knowledge_chunks where workspace_id = $1 and document_id = $2', keys);
    await client.query(
      'update knowledge_documents set chunk_count = 0 where workspace_id = $1 and id = $2',
      keys,
    );
  });
}
