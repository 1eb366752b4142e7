import type pg from 'pg';
import { EMBEDDING_PROVIDERS } from '../../../server/knowledge/embeddings/embedding-models.ts';
import { askAll } from '../ask-all.ts';
import type { Evaluation, EvaluationConfig } from '../evaluation.ts';
import { widthFor } from '../evaluation.ts';
import { startKnowledgeServer } from './knowledge-server.ts';
import type { LookupRow, LookupSet } from './read-lookup.ts';
import { rankOf, scoreRanks } from './score-ranks.ts';

/** Most that a search gives; a passage further down counts as not found. */
const LOOKED_AT = 20;
const INGESTION_TIMEOUT_MS = 10 * 60_000;

export type LookupResult = ReturnType<typeof scoreRanks> & {
  documents: number;
  /** From the first upload until all can be found. */
  ingestionMs: number;
  /** Which embedding models looked for how many questions; `words` where none did. */
  searchedBy: Record<string, number>;
  /** Questions for which no passage came at all: nobody is told something wrong. */
  nothingFound: number;
};

/**
 * How far up a search finds the passage that answers a question: the documents are ingested and the questions asked over the
 * API of the product.
 * @param pool a migrated database; what is stored stays there
 */
export async function evalLookup(
  set: LookupSet,
  pool: pg.Pool,
  { model, config, progress, onMiss, signal }: Evaluation,
): Promise<LookupResult> {
  const knowledge = await startKnowledgeServer(pool, config, embeddingsFor(model, config));
  const width = widthFor(model);
  try {
    const start = performance.now();
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(INGESTION_TIMEOUT_MS)]);
    const ids = await askAll(set.documents, knowledge.upload, {
      width,
      signal,
      onDone: (done, total) => progress(done, total, `${model}: lookup, uploads`),
    });
    for (const [index, id] of ids.entries()) {
      await knowledge.ingested(id, inTime);
      progress(index + 1, ids.length, `${model}: lookup, documents`);
    }
    const ingestionMs = Math.round(performance.now() - start);
    const searchedBy: Record<string, number> = {};
    let nothingFound = 0;
    const ranked = await askAll(
      set.rows,
      async ({ question, language, expected }, limit) => {
        const found = await knowledge.search(question, LOOKED_AT, limit);
        const by = found.searchedBy.meaning ?? 'words';
        searchedBy[by] = (searchedBy[by] ?? 0) + 1;
        if (found.items.length === 0) nothingFound++;
        const rank = rankOf(found.items, expected);
        if (rank !== 1) onMiss?.(missLine({ question, expected }, rank, found.items[0]?.title));
        return { language, rank };
      },
      { width, signal, onDone: (done, total) => progress(done, total, `${model}: lookup, questions`) },
    );
    const documents = set.documents.length;
    return { ...scoreRanks(ranked), documents, ingestionMs, searchedBy, nothingFound };
  } finally {
    await knowledge.close();
  }
}

/**
 * The embedding model that goes with a model: none with the built-in provider, else KNOWLEDGE_EMBEDDINGS, else the usual one
 * of the same provider; of a provider without embeddings, what the product would take.
 */
export function embeddingsFor(model: string, config: EvaluationConfig): string | undefined {
  if (model === 'builtin') return 'none';
  if (config.KNOWLEDGE_EMBEDDINGS) return config.KNOWLEDGE_EMBEDDINGS;
  const [provider] = model.split(':');
  return EMBEDDING_PROVIDERS.find((each) => each === provider);
}

function missLine(
  { question, expected }: Pick<LookupRow, 'question' | 'expected'>,
  rank: number | null,
  first: string | undefined,
): string {
  const wanted = expected
    .map(({ document, words }) => (words === '' ? document : `${document}#${words}`))
    .join('; ');
  const place = rank === null ? 'not found' : `found at ${rank}`;
  return `${wanted} ${place}, first is ${first ?? 'nothing'}: ${question}`;
}
