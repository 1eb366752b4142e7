import type { Price } from '../../ai/prices.ts';
import { priceOf, UNKNOWN_EMBEDDING_PRICE } from '../../ai/prices.ts';
import type { AiPrices } from '../../contract/ai.ts';

export const EMBEDDING_PROVIDERS = ['openai', 'google', 'ollama'] as const;
export type EmbeddingProvider = (typeof EMBEDDING_PROVIDERS)[number];

export type EmbeddingModel = {
  provider: EmbeddingProvider;
  model: string;
  /** Asked of the provider; null: whatever the model gives. */
  dimension: number | null;
};

/** Cheap and good in many languages; what a provider is used for unless KNOWLEDGE_EMBEDDINGS names another. */
export const USUAL_MODELS: Record<EmbeddingProvider, string> = {
  openai: 'text-embedding-3-small',
  google: 'gemini-embedding-001',
  ollama: 'nomic-embed-text',
};

type Known = {
  dimension?: number;
  /** Whether the provider makes vectors of the dimension that it is asked for. */
  isAsked?: boolean;
  leastSimilarity: number;
  question?: string;
  passage?: string;
};

/**
 * What is known of models: dimension (below 2,000, the most that pgvector indexes), from which similarity on a passage has to
 * do with a question, and what the model wants to stand before a text (its model card).
 */
const KNOWN: Record<string, Known> = {
  'openai:text-embedding-3-small': { dimension: 1_536, isAsked: true, leastSimilarity: 0.25 },
  'openai:text-embedding-3-large': { dimension: 1_536, isAsked: true, leastSimilarity: 0.25 },
  'google:gemini-embedding-001': { dimension: 1_536, isAsked: true, leastSimilarity: 0.55 },
  'ollama:nomic-embed-text': {
    dimension: 768,
    leastSimilarity: 0.55,
    question: 'search_query: ',
    passage: 'search_document: ',
  },
  'ollama:mxbai-embed-large': {
    dimension: 1_024,
    leastSimilarity: 0.45,
    question: 'Represent this sentence for searching relevant passages: ',
  },
};
const UNKNOWN: Known = { leastSimilarity: 0.3 };

export const knownOf = ({ provider, model }: EmbeddingModel): Known =>
  KNOWN[`${provider}:${model.replace(/:latest$/, '')}`] ?? UNKNOWN;

/**
 * Reads `provider:model` or `provider:model@dimension`; a provider alone means its usual model.
 * @returns null when there is no such provider or the dimension is none
 */
export function parseEmbeddingModel(text: string): EmbeddingModel | null {
  const [, provider, model, dimension] = /^([a-z]+)(?::([^@\s]{1,120}))?(?:@(\d{1,5}))?$/.exec(text) ?? [];
  const known = EMBEDDING_PROVIDERS.find((each) => each === provider);
  if (!known) return null;
  const asked = dimension === undefined ? null : Number(dimension);
  if (asked !== null && (asked < 8 || asked > 8_192)) return null;
  return { provider: known, model: model ?? USUAL_MODELS[known], dimension: asked };
}

/**
 * What a million tokens cost: the workspace's own price, else the default; a cautious one for a model that nobody knows,
 * nothing for what runs on one's own machine.
 * @param name `provider:model@dimension`
 */
export const embeddingPriceOf = (name: string, own: AiPrices): Price =>
  priceOf(name, own, UNKNOWN_EMBEDDING_PRICE);
