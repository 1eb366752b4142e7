import { untilAborted } from '../../until-aborted.ts';
import type { VectorSearch, VectorStore } from './vector-store.ts';
import { VectorStoreError } from './vector-store.ts';

/** Pinecone takes requests of up to 2 MB and 1,000 vectors ("Upsert data", limits). */
const MOST_UPSERT_BYTES = 1_500_000;
const MOST_REMOVED_AT_ONCE = 1_000;
/** Beside its numbers: id and metadata as JSON, and about 12 letters a number. */
const BYTES_PER_NUMBER = 12;
const BYTES_PER_RECORD = 400;

export type PineconeOptions = {
  apiKey: string;
  index: string;
  /** Only for a Pinecone that is not in the cloud. */
  controllerHost?: string | undefined;
};

type Metadata = { space: string; base: string; document: string };

/**
 * Vectors in Pinecone, in a namespace for each workspace. The index must exist, with the dimension of the embedding model
 * and the metric `cosine`.
 */
export function createPineconeStore(options: PineconeOptions): VectorStore {
  // Loaded on first use: it takes a while, and most installations don't need it.
  let client: ReturnType<typeof connect> | null = null;
  const namespaceOf = async (workspaceId: string) => {
    client ??= connect(options);
    return (await client).namespace(workspaceId);
  };

  return {
    name: 'pinecone',
    place: `pinecone/${options.index}`,
    mostVectors: null,
    upsert: ({ workspaceId, space }, vectors, signal) =>
      told(async () => {
        const namespace = await namespaceOf(workspaceId);
        const size = Math.max(
          1,
          Math.floor(MOST_UPSERT_BYTES / bytesOfRecord(vectors[0]?.vector.length ?? 0)),
        );
        for (let from = 0; from < vectors.length; from += size) {
          signal.throwIfAborted();
          const records = vectors.slice(from, from + size).map((each) => ({
            id: each.chunkId,
            values: [...each.vector],
            metadata: { space, base: each.knowledgeBaseId, document: each.documentId },
          }));
          await untilAborted(signal, () => namespace.upsert({ records }));
        }
      }),
    remove: (workspaceId, chunkIds, signal) =>
      told(async () => {
        const namespace = await namespaceOf(workspaceId);
        for (let from = 0; from < chunkIds.length; from += MOST_REMOVED_AT_ONCE) {
          const ids = chunkIds.slice(from, from + MOST_REMOVED_AT_ONCE);
          await untilAborted(signal, () => namespace.deleteMany({ ids })).catch((error: unknown) => {
            // A namespace that nothing was stored in yet.
            if (nameOf(error) !== 'PineconeNotFoundError') throw error;
          });
        }
      }),
    search: (vector, search, signal) =>
      told(async () => {
        const namespace = await namespaceOf(search.workspaceId);
        const { matches } = await untilAborted(signal, () =>
          namespace.query({ vector: [...vector], topK: search.limit, filter: filterOf(search) }),
        );
        return matches.map(({ id, score }) => ({ chunkId: id, similarity: score ?? 0 }));
      }),
    close: async () => {},
  };
}

async function connect({ apiKey, index, controllerHost }: PineconeOptions) {
  const { Pinecone } = await import('@pinecone-database/pinecone');
  const pinecone = new Pinecone({ apiKey, ...(controllerHost && { controllerHostUrl: controllerHost }) });
  return pinecone.index<Metadata>({ name: index });
}

function filterOf({ space, knowledgeBaseIds, documentIds }: VectorSearch): object {
  return {
    space: { $eq: space },
    ...(knowledgeBaseIds && { base: { $in: knowledgeBaseIds } }),
    ...(documentIds && { document: { $in: documentIds } }),
  };
}

const bytesOfRecord = (dimension: number) => dimension * BYTES_PER_NUMBER + BYTES_PER_RECORD;

const nameOf = (error: unknown) => (error instanceof Error ? error.name : '');

/** The library's messages may repeat what was sent; ours say what kind of failure it is. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VectorStoreError || (error instanceof Error && error.name === 'AbortError'))
      throw error;
    const name = nameOf(error);
    if (name === 'PineconeAuthorizationError' || name === 'PineconeForbiddenError') {
      throw new VectorStoreError('Pinecone refuses the key. Check PINECONE_API_KEY.', { retryable: false });
    }
    if (name === 'PineconeNotFoundError') {
      throw new VectorStoreError('Pinecone has no such index. Check PINECONE_INDEX.', { retryable: false });
    }
    if (name === 'PineconeBadRequestError') {
      throw new VectorStoreError(
        "Pinecone refuses the vectors. The index must have the embedding model's dimension and the metric cosine.",
        { retryable: false },
      );
    }
    throw new VectorStoreError(`Pinecone does not answer as it should (${name || 'unknown'}).`, {
      retryable: true,
    });
  }
}
