import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import type { VectorSearch, VectorStore } from './vector-store.ts';
import { VectorStoreError } from './vector-store.ts';

const POINTS_PER_REQUEST = 200;
const TIMEOUT_MS = 30_000;

export type QdrantOptions = { url: string; apiKey?: string | undefined };

/** What the client library throws, as far as it is read. */
const failureSchema = z.object({ status: z.number() });
const vectorSizeSchema = z.object({
  config: z.object({ params: z.object({ vectors: z.object({ size: z.number() }) }) }),
});

/** Vectors in Qdrant, in a collection for each workspace, which is made anew when the dimension changes. */
export function createQdrantStore(options: QdrantOptions): VectorStore {
  let client: Promise<QdrantClient> | null = null;
  const connected = () => {
    client ??= connect(options);
    return client;
  };
  /** Dimensions of the collections that are known to be there. */
  const dimensions = new Map<string, number>();

  async function prepare(qdrant: QdrantClient, collection: string, dimension: number): Promise<void> {
    if (dimensions.get(collection) === dimension) return;
    const found = await dimensionOf(qdrant, collection);
    // What has another dimension is of a model that is not used any more; it is embedded again anyway.
    if (found !== null && found !== dimension) await qdrant.deleteCollection(collection);
    if (found !== dimension) {
      await qdrant
        .createCollection(collection, { vectors: { size: dimension, distance: 'Cosine' } })
        .catch((error: unknown) => {
          // Another process was first.
          if (statusOf(error) !== 409) throw error;
        });
      for (const field_name of ['space', 'base', 'document']) {
        await qdrant.createPayloadIndex(collection, { wait: true, field_name, field_schema: 'keyword' });
      }
    }
    dimensions.set(collection, dimension);
  }

  return {
    name: 'qdrant',
    place: `qdrant/${new URL(options.url).host}`,
    mostVectors: null,
    upsert: ({ workspaceId, space }, vectors, signal) =>
      told(async () => {
        const first = vectors[0];
        if (!first) return;
        const qdrant = await connected();
        const collection = collectionOf(workspaceId);
        await prepare(qdrant, collection, first.vector.length);
        for (let from = 0; from < vectors.length; from += POINTS_PER_REQUEST) {
          signal.throwIfAborted();
          const points = vectors.slice(from, from + POINTS_PER_REQUEST).map((each) => ({
            id: each.chunkId,
            vector: [...each.vector],
            payload: { space, base: each.knowledgeBaseId, document: each.documentId },
          }));
          await qdrant.upsert(collection, { wait: true, points }).catch((error: unknown) => {
            // Somebody removed the collection: it is made again with the next attempt.
            if (statusOf(error) === 404) dimensions.delete(collection);
            throw error;
          });
        }
      }),
    remove: (workspaceId, chunkIds, signal) =>
      told(async () => {
        signal.throwIfAborted();
        if (chunkIds.length === 0) return;
        const qdrant = await connected();
        await qdrant
          .delete(collectionOf(workspaceId), { wait: true, points: [...chunkIds] })
          .catch((error: unknown) => {
            if (statusOf(error) !== 404) throw error;
          });
      }),
    search: (vector, search, signal) =>
      told(async () => {
        signal.throwIfAborted();
        const qdrant = await connected();
        const collection = collectionOf(search.workspaceId);
        const answer = qdrant.query(collection, {
          query: [...vector],
          limit: search.limit,
          filter: filterOf(search),
          with_payload: false,
        });
        const { points } = await answer.catch(async (error: unknown) => {
          // Nothing was stored yet, or only vectors of another dimension.
          const found = await dimensionOf(qdrant, collection);
          if (found !== vector.length) return { points: [] };
          throw error;
        });
        return points.map(({ id, score }) => ({ chunkId: String(id), similarity: score }));
      }),
    close: async () => {},
  };
}

async function connect({ url, apiKey }: QdrantOptions): Promise<QdrantClient> {
  const { QdrantClient } = await import('@qdrant/js-client-rest');
  const { protocol, port, pathname } = new URL(url);
  return new QdrantClient({
    url: new URL(url).origin,
    // Without it the library takes 6333 even where the address says https.
    port: port ? Number(port) : protocol === 'https:' ? 443 : 6333,
    ...(pathname !== '/' && { prefix: pathname.replace(/\/+$/, '') }),
    ...(apiKey && { apiKey }),
    timeout: TIMEOUT_MS,
    checkCompatibility: false,
  });
}

const collectionOf = (workspaceId: string) => `replygraph_${workspaceId}`;

/** Null: there is no such collection. */
async function dimensionOf(qdrant: QdrantClient, collection: string): Promise<number | null> {
  const { exists } = await qdrant.collectionExists(collection);
  if (!exists) return null;
  const known = vectorSizeSchema.safeParse(await qdrant.getCollection(collection));
  return known.success ? known.data.config.params.vectors.size : null;
}

function filterOf({ space, knowledgeBaseIds, documentIds }: VectorSearch) {
  return {
    must: [
      { key: 'space', match: { value: space } },
      ...(knowledgeBaseIds ? [{ key: 'base', match: { any: knowledgeBaseIds } }] : []),
      ...(documentIds ? [{ key: 'document', match: { any: documentIds } }] : []),
    ],
  };
}

const statusOf = (error: unknown) => failureSchema.safeParse(error).data?.status;

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VectorStoreError || (error instanceof Error && error.name === 'AbortError'))
      throw error;
    const status = statusOf(error);
    if (status === 401 || status === 403) {
      throw new VectorStoreError('Qdrant refuses the key. Check QDRANT_API_KEY.', { retryable: false });
    }
    const isTheirs = status === undefined || status === 404 || status === 429 || status >= 500;
    throw new VectorStoreError(
      status === undefined ? 'Qdrant cannot be reached.' : `Qdrant refused the request (HTTP ${status}).`,
      { retryable: isTheirs },
    );
  }
}
