import type pg from 'pg';
import type { Config } from '../../config.ts';
import { ConfigError } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { openPgvectorStore } from './pgvector-store.ts';
import { createPineconeStore } from './pinecone-store.ts';
import { createQdrantStore } from './qdrant-store.ts';
import { createScanStore } from './scan-store.ts';
import type { VectorStore, VectorStoreName } from './vector-store.ts';

export type VectorStoreConfig = Pick<
  Config,
  | 'KNOWLEDGE_STORE'
  | 'PINECONE_API_KEY'
  | 'PINECONE_INDEX'
  | 'PINECONE_CONTROLLER_HOST'
  | 'QDRANT_URL'
  | 'QDRANT_API_KEY'
  | 'shape'
>;

/**
 * The store of the configuration: the one that KNOWLEDGE_STORE names, else Pinecone with a key, Qdrant with an address,
 * pgvector where the server has it, else the exact scan.
 * @throws ConfigError when what was asked for is not there
 */
export async function openVectorStore(
  config: VectorStoreConfig,
  { pool, log }: { pool: pg.Pool; log: Logger },
): Promise<VectorStore> {
  switch (wanted(config)) {
    case 'pinecone': {
      const { PINECONE_API_KEY: apiKey, PINECONE_INDEX: index } = config;
      if (!apiKey || !index) {
        throw new ConfigError(
          'Vectors in Pinecone need PINECONE_API_KEY and PINECONE_INDEX. See .env.example.',
        );
      }
      return createPineconeStore({ apiKey, index, controllerHost: config.PINECONE_CONTROLLER_HOST });
    }
    case 'qdrant': {
      if (!config.QDRANT_URL) {
        throw new ConfigError('KNOWLEDGE_STORE=qdrant needs QDRANT_URL. See .env.example.');
      }
      return createQdrantStore({ url: config.QDRANT_URL, apiKey: config.QDRANT_API_KEY });
    }
    case 'pgvector': {
      let reason = '';
      const store = await openPgvectorStore(pool, (why) => {
        reason = why;
      });
      if (!store)
        throw new ConfigError(`KNOWLEDGE_STORE=pgvector, but the database has no pgvector: ${reason}`);
      return store;
    }
    case 'scan':
      return createScanStore(pool);
    default: {
      // The embedded PostgreSQL has no pgvector: nothing is tried, nothing stands in its log.
      const store = config.shape === 'embedded' ? null : await openPgvectorStore(pool);
      if (store) return store;
      log.debug('The database has no pgvector: vectors are searched one by one in a thread');
      return createScanStore(pool);
    }
  }
}

function wanted(config: VectorStoreConfig): VectorStoreName | undefined {
  if (config.KNOWLEDGE_STORE) return config.KNOWLEDGE_STORE;
  if (config.PINECONE_API_KEY && config.PINECONE_INDEX) return 'pinecone';
  return config.QDRANT_URL ? 'qdrant' : undefined;
}
