import type { AiPrices } from '../contract/ai.ts';

/** When the prices below were looked up; they change, and a workspace may set its own. */
export const PRICES_AS_OF = '2026-11';
export const PRICES_SOURCE =
  "Published list prices as copied by others or in stored copies of the makers' pages: standard tier, short prompts (Google up to 200,000 tokens), no cached input, no batch. Check them at developers.openai.com/api/docs/pricing, claude.com/pricing, ai.google.dev/gemini-api/docs/pricing.";

/**
 * US dollars for a million tokens. OpenRouter passes on the makers' prices; a model on a machine of one's own has none.
 * What could not be confirmed is not here and counts with the cautious price of unknown models (prices.ts): among them
 * models at the price of an offer that ends, and those of which only "from" is said.
 */
export const DEFAULT_PRICES: AiPrices = {
  // developers.openai.com/api/docs/pricing, as articles of March to November 2026 have it.
  'openai:gpt-6.1-sol': { inputUsd: 2, outputUsd: 10 },
  'openai:gpt-5.6-sol': { inputUsd: 4, outputUsd: 20 },
  'openai:gpt-5.4': { inputUsd: 2.5, outputUsd: 15 },
  'openai:gpt-5.4-mini': { inputUsd: 0.75, outputUsd: 4.5 },
  'openai:gpt-5.2': { inputUsd: 1.75, outputUsd: 14 },
  'openai:gpt-5.1': { inputUsd: 1.25, outputUsd: 10 },
  'openai:gpt-5': { inputUsd: 1.25, outputUsd: 10 },
  'openai:gpt-5-pro': { inputUsd: 15, outputUsd: 120 },
  'openai:gpt-5-mini': { inputUsd: 0.25, outputUsd: 2 },
  'openai:gpt-5-nano': { inputUsd: 0.05, outputUsd: 0.4 },
  'openai:gpt-4.1': { inputUsd: 2, outputUsd: 8 },
  'openai:gpt-4.1-mini': { inputUsd: 0.4, outputUsd: 1.6 },
  'openai:gpt-4.1-nano': { inputUsd: 0.1, outputUsd: 0.4 },
  'openai:gpt-4o': { inputUsd: 2.5, outputUsd: 10 },
  'openai:gpt-4o-mini': { inputUsd: 0.15, outputUsd: 0.6 },
  'openai:o3': { inputUsd: 2, outputUsd: 8 },
  'openai:o4-mini': { inputUsd: 1.1, outputUsd: 4.4 },
  // platform.claude.com/docs: about-claude/pricing and the pages of the models, copies of 2026.
  'anthropic:claude-fable-5-1': { inputUsd: 10, outputUsd: 50 },
  'anthropic:claude-opus-5-5': { inputUsd: 4, outputUsd: 20 },
  'anthropic:claude-opus-5': { inputUsd: 5, outputUsd: 25 },
  'anthropic:claude-opus-4-6': { inputUsd: 5, outputUsd: 25 },
  'anthropic:claude-opus-4-5': { inputUsd: 5, outputUsd: 25 },
  'anthropic:claude-opus-4-1': { inputUsd: 15, outputUsd: 75 },
  'anthropic:claude-opus-4': { inputUsd: 15, outputUsd: 75 },
  'anthropic:claude-sonnet-5-5': { inputUsd: 2, outputUsd: 10 },
  'anthropic:claude-sonnet-5': { inputUsd: 2, outputUsd: 10 },
  'anthropic:claude-sonnet-4-6': { inputUsd: 3, outputUsd: 15 },
  'anthropic:claude-sonnet-4-5': { inputUsd: 3, outputUsd: 15 },
  'anthropic:claude-sonnet-4': { inputUsd: 3, outputUsd: 15 },
  'anthropic:claude-haiku-4-5': { inputUsd: 1, outputUsd: 5 },
  'anthropic:claude-3-5-haiku': { inputUsd: 0.8, outputUsd: 4 },
  // ai.google.dev/gemini-api/docs/pricing, as articles of January to March 2026 have it; output with its thoughts.
  'google:gemini-2.5-pro': { inputUsd: 1.25, outputUsd: 10 },
  'google:gemini-2.5-flash': { inputUsd: 0.3, outputUsd: 2.5 },
  'google:gemini-2.5-flash-lite': { inputUsd: 0.1, outputUsd: 0.4 },
  'google:gemini-2.0-flash': { inputUsd: 0.1, outputUsd: 0.4 },
  // Embeddings, which have no output, from the same pages.
  'openai:text-embedding-3-small': { inputUsd: 0.02, outputUsd: 0 },
  'openai:text-embedding-3-large': { inputUsd: 0.13, outputUsd: 0 },
  'google:gemini-embedding-001': { inputUsd: 0.15, outputUsd: 0 },
};
