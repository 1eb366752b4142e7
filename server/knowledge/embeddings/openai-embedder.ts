import type { OpenAIClient } from '@langchain/openai';
import { OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import type { Fetch } from '../../ai/checked-fetch.ts';
import { untilAborted } from '../../until-aborted.ts';
import { normalised } from '../vector-stores/vector-bytes.ts';
import type { Embedded, Embedder } from './embedder.ts';
import { EmbeddingError } from './embedder.ts';
import type { EmbeddingModel } from './embedding-models.ts';
import { knownOf } from './embedding-models.ts';

/** Where a provider that speaks OpenAI's protocol is reached; all three do. */
export type EmbeddingAccess = {
  apiKey: string;
  baseUrl: string;
  /** Used instead of the usual one, for addresses that are not trusted. */
  fetch?: Fetch | undefined;
};

const TIMEOUT_MS = 60_000;
/** Some servers answer with an error for longer texts; a passage is far shorter. */
const MOST_CHARACTERS = 8_000;

/**
 * Embeddings over OpenAI's protocol. This module is loaded on first use only, as LangChain is.
 * @param model with its dimension, or null where the provider decides on it
 */
export function createOpenAiEmbedder(model: EmbeddingModel, access: EmbeddingAccess): Embedder {
  const known = knownOf(model);
  const dimension = model.dimension ?? known.dimension ?? null;
  const isAsked = model.dimension !== null || known.isAsked === true;
  const name = `${model.provider}:${model.model}${dimension === null ? '' : `@${dimension}`}`;
  const client = new CountingEmbeddings({
    model: model.model,
    apiKey: access.apiKey,
    maxRetries: 0,
    timeout: TIMEOUT_MS,
    // OpenAI's client asks for base64 by itself, which compatible servers do not all speak.
    encodingFormat: 'float',
    ...(dimension !== null && isAsked && { dimensions: dimension }),
    configuration: { baseURL: access.baseUrl, ...(access.fetch && { fetch: access.fetch }) },
  });

  async function embed(
    texts: readonly string[],
    kind: 'question' | 'passage',
    signal: AbortSignal,
  ): Promise<Embedded> {
    if (texts.length === 0) return { vectors: [], tokens: 0 };
    const before = known[kind] ?? '';
    const prepared = texts.map((text) => `${before}${text.slice(0, MOST_CHARACTERS)}`);
    const { vectors, tokens } = await client.embedCounted(prepared, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw toEmbeddingError(error, name);
    });
    const length = dimension ?? vectors[0]?.length ?? 0;
    if (
      vectors.length !== texts.length ||
      vectors.some((vector) => vector.length !== length || length === 0)
    ) {
      throw new EmbeddingError(
        'embedding_unusable',
        `${name} did not answer with one vector of ${length} numbers for each text.`,
        { retryable: false },
      );
    }
    return { vectors: vectors.map(normalised), tokens };
  }

  return { name, leastSimilarity: known.leastSimilarity, embed };
}

/** LangChain's class, with the tokens that the provider counted and a signal. */
class CountingEmbeddings extends OpenAIEmbeddings {
  async embedCounted(texts: string[], signal: AbortSignal): Promise<{ vectors: number[][]; tokens: number }> {
    const request: OpenAIClient.EmbeddingCreateParams = {
      model: this.model,
      input: texts,
      encoding_format: 'float',
      ...(this.dimensions !== undefined && { dimensions: this.dimensions }),
    };
    const answer = await untilAborted(signal, () => this.embeddingWithRetry(request));
    const { data, usage } = answerSchema.parse(answer);
    return {
      vectors: data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding),
      tokens: usage?.prompt_tokens ?? usage?.total_tokens ?? 0,
    };
  }
}

const answerSchema = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()), index: z.number() })),
  usage: z
    .object({ prompt_tokens: z.number().optional(), total_tokens: z.number().optional() })
    .nullish()
    .catch(undefined),
});

const failureSchema = z.object({ status: z.number() });

/** Messages are our own: those of providers may repeat a part of the key. */
function toEmbeddingError(error: unknown, name: string): EmbeddingError {
  if (error instanceof z.ZodError) {
    return new EmbeddingError('embedding_unusable', `${name} answered with something else than vectors.`, {
      retryable: true,
    });
  }
  const status = failureSchema.safeParse(error).data?.status;
  if (status === 401 || status === 403) {
    return new EmbeddingError(
      'embedding_key_refused',
      `${name}: the provider refuses the key (HTTP ${status}). Check it.`,
      { retryable: false },
    );
  }
  if (status === 404) {
    return new EmbeddingError(
      'embedding_model_not_found',
      `${name}: the provider has no such embedding model. Set KNOWLEDGE_EMBEDDINGS to one it has, or to none.`,
      { retryable: false },
    );
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 409 && status !== 429) {
    return new EmbeddingError(
      'embedding_refused',
      `${name}: the provider refused the request (HTTP ${status}).`,
      {
        retryable: false,
      },
    );
  }
  return new EmbeddingError(
    'embedding_unavailable',
    `${name}: the provider ${status === undefined ? 'cannot be reached' : `failed (HTTP ${status})`}.`,
    { retryable: true },
  );
}
