import type pg from 'pg';
import type { KnowledgeService } from '../../engine/services.ts';
import type { Config } from '../config.ts';
import type { Live } from '../context.ts';
import type { Faults } from '../faults.ts';
import { noFaults } from '../faults.ts';
import type { RouteSpec } from '../http/route.ts';
import type { Logger } from '../log.ts';
import type { ProviderAccess } from './embeddings/embedder-for.ts';
import { createEmbedderFor } from './embeddings/embedder-for.ts';
import type { EmbeddingMeter } from './embeddings/meter.ts';
import { unmetered } from './embeddings/meter.ts';
import { createQuestionEmbedder } from './embeddings/question-embedder.ts';
import { progressOf } from './ingestion/document-row.ts';
import type { FetchPage } from './ingestion/fetch-page.ts';
import type { Ingester } from './ingestion/ingester.ts';
import { startIngester } from './ingestion/ingester.ts';
import { watchForStale } from './ingestion/re-embedding.ts';
import { createKnowledgeService } from './knowledge-service.ts';
import { knowledgeRoutes } from './routes.ts';
import type { VectorStoreConfig } from './vector-stores/open-vector-store.ts';
import { openVectorStore } from './vector-stores/open-vector-store.ts';

export type KnowledgeDeps = {
  config: VectorStoreConfig & Pick<Config, 'KNOWLEDGE_EMBEDDINGS'>;
  pool: pg.Pool;
  log: Logger;
  live: Live;
  /** How a workspace reaches a provider of embeddings. */
  access: ProviderAccess;
  download: FetchPage;
  /** Default: nothing is counted. */
  meter?: EmbeddingMeter;
  faults?: Faults;
};

export type Knowledge = {
  /** What flows of a workspace may ask. */
  serviceFor(workspaceId: string): KnowledgeService;
  routes: RouteSpec[];
  /**
   * Begins to ingest in this process, and to embed anew what another model embedded.
   * @param holder the name under which this process holds things
   */
  start(holder: () => string | null): void;
  /** Ingests nothing more and gives back what is under way; searches go on. */
  stop(): Promise<void>;
  /** After `stop`: lets go of connections and threads. */
  close(): Promise<void>;
};

const FORGET_TIMEOUT_MS = 10_000;
const MOST_FORGOTTEN = 100_000;

/** Knowledge of this process: its routes, its service for flows and, where it is started, the ingestion of documents. */
export async function openKnowledge(deps: KnowledgeDeps): Promise<Knowledge> {
  const { config, pool, log, live, meter = unmetered } = deps;
  const vectors = await openVectorStore(config, { pool, log });
  const embedderFor = createEmbedderFor(config.KNOWLEDGE_EMBEDDINGS, deps.access);
  const search = { pool, log, vectors, embedderFor, embedQuestion: createQuestionEmbedder({ log, meter }) };
  let ingester: Ingester | null = null;
  let stale: { stop(): Promise<void> } | null = null;

  async function forget(workspaceId: string, chunkIds: readonly string[]): Promise<void> {
    if (chunkIds.length === 0) return;
    const signal = AbortSignal.timeout(FORGET_TIMEOUT_MS);
    await vectors.remove(workspaceId, chunkIds.slice(0, MOST_FORGOTTEN), signal).catch((error: unknown) => {
      // They lead nowhere: the search that comes upon them removes them.
      log.warn({ err: error, workspaceId }, 'Vectors of what was deleted could not be removed');
    });
  }

  return {
    serviceFor: (workspaceId) => createKnowledgeService(search, workspaceId),
    routes: knowledgeRoutes({ pool, search, embedderFor, forget, onDocument: () => ingester?.wake() }),
    start: (holder) => {
      ingester = startIngester({
        pool,
        log,
        vectors,
        embedderFor,
        holder,
        download: deps.download,
        meter,
        faults: deps.faults ?? noFaults,
        onProgress: (row) => {
          const { workspace_id, knowledge_base_id: knowledgeBaseId, id: documentId } = row;
          const data = { knowledgeBaseId, documentId, ...progressOf(row) };
          live.publish(workspace_id, [
            { type: 'knowledge.progress', seq: 0, at: new Date().toISOString(), data },
          ]);
        },
      });
      stale = watchForStale({ pool, log, embedderFor, vectors, onFound: () => ingester?.wake() });
    },
    stop: async () => {
      await Promise.all([ingester?.stop(), stale?.stop()]);
    },
    close: vectors.close,
  };
}
