import type pg from 'pg';
import type { EmbedderFor } from '../embeddings/embedder.ts';

/**
 * Ends the ingestion of a document whose text is stored where no provider embeds it: there is nothing to wait for, and no
 * ingester needed.
 */
export async function settledIfNothingToEmbed(
  { pool, embedderFor }: { pool: pg.Pool; embedderFor: EmbedderFor },
  workspaceId: string,
  id: string,
): Promise<void> {
  if (await embedderFor(workspaceId)) return;
  await pool.query(
    `update knowledge_documents set status = 'ready', updated_at = clock_timestamp()
     where workspace_id = $1 and id = $2 and status = 'embedding' and lease_owner is null`,
    [workspaceId, id],
  );
}
