import type pg from 'pg';
import type { Logger } from '../../log.ts';
import type { EmbedderFor } from '../embeddings/embedder.ts';
import { spaceOf } from '../embeddings/vector-space.ts';
import type { VectorStore } from '../vector-stores/vector-store.ts';

const LOOK_EVERY_MS = 10 * 60_000;

/**
 * Puts documents back to `embedding` whose passages were embedded by another model, into another store, or not at all: a
 * provider was connected or changed. They stay found by their words meanwhile, and by meaning as far as they are done.
 * @returns how many documents there are to do
 */
export async function requeueStale(
  deps: { pool: pg.Pool; embedderFor: EmbedderFor; vectors: VectorStore },
  workspaceId: string,
): Promise<number> {
  const embedder = await deps.embedderFor(workspaceId);
  if (!embedder) return 0;
  const { rowCount } = await deps.pool.query(
    `update knowledge_documents document set status = 'embedding', attempts = 0, error = null, lease_owner = null,
       updated_at = clock_timestamp()
     where workspace_id = $1 and status = 'ready' and chunk_count > 0 and exists (
       select 1 from knowledge_chunks chunk
       where chunk.document_id = document.id and chunk.workspace_id = $1 and embedding_model is distinct from $2)`,
    [workspaceId, spaceOf(embedder, deps.vectors)],
  );
  return rowCount ?? 0;
}

/** Looks at every workspace now and then. `onFound` is called when there is something to do. */
export function watchForStale(deps: {
  pool: pg.Pool;
  log: Logger;
  embedderFor: EmbedderFor;
  vectors: VectorStore;
  onFound: () => void;
}): { stop(): Promise<void> } {
  let isStopping = false;
  async function look(): Promise<void> {
    try {
      const { rows } = await deps.pool.query<{ id: string }>(
        'select distinct workspace_id as id from knowledge_bases',
      );
      for (const { id } of rows) {
        if (isStopping) return;
        if ((await requeueStale(deps, id)) > 0) deps.onFound();
      }
    } catch (error) {
      deps.log.warn(
        { err: error },
        'Passages of another embedding model could not be looked for; tried again',
      );
    }
  }
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    stop: () => {
      isStopping = true;
      clearInterval(timer);
      return looking;
    },
  };
}
