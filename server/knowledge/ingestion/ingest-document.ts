import type pg from 'pg';
import type { Faults } from '../../faults.ts';
import { DocumentError } from '../document-error.ts';
import type { EmbedderFor } from '../embeddings/embedder.ts';
import type { EmbeddingMeter } from '../embeddings/meter.ts';
import type { VectorStore } from '../vector-stores/vector-store.ts';
import type { DocumentRow } from './document-row.ts';
import { readDocumentRow } from './document-row.ts';
import { embedPassages } from './embed-passages.ts';
import type { FetchPage } from './fetch-page.ts';
import { fetchPage } from './fetch-page.ts';
import type { Leased } from './lease.ts';
import { LeaseLostError, MOST_ATTEMPTS } from './lease.ts';
import { readPassages } from './read-passages.ts';

export type IngestDeps = {
  pool: pg.Pool;
  vectors: VectorStore;
  embedderFor: EmbedderFor;
  /** Reads a page of the web, public addresses only. */
  download: FetchPage;
  /** Told after every step forward. */
  onProgress: (document: DocumentRow) => void;
  meter: EmbeddingMeter;
  faults: Faults;
};

/**
 * Brings a document from wherever it is to `ready`: fetched, read, embedded. Every step forward is on disk before the next,
 * so that another process goes on from there.
 * @throws DocumentError, EmbeddingError, VectorStoreError; LeaseLostError; what `signal` says
 */
export async function ingestDocument(deps: IngestDeps, leased: Leased, signal: AbortSignal): Promise<void> {
  const document = await readDocumentRow(deps.pool, leased);
  if (!document) throw new LeaseLostError(`Document ${leased.id} was deleted.`);
  // A document that ends the process each time must not end it for ever.
  if (leased.attempts > MOST_ATTEMPTS) {
    throw new DocumentError(
      'too_many_attempts',
      document.error?.message ??
        'Reading the document broke off again and again. Split it, or save it in a simpler form.',
    );
  }
  if (document.status !== 'embedding') {
    await fetchPage(deps, leased, document, signal);
    await readPassages(deps, leased, signal);
  }
  await embedPassages(deps, leased, signal);
}
