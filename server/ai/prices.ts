import type { AiPrice, AiPrices } from '../contract/ai.ts';
import { DEFAULT_PRICES } from './default-prices.ts';

/**
 * Counted where nobody knows the price: as dear as the dearest models that people use for this, so that a budget rather
 * ends too early. A model is never free because it is unknown.
 */
export const UNKNOWN_PRICE: AiPrice = { inputUsd: 10, outputUsd: 50 };

/** The same for models of embeddings, which all cost a small part of that: more than the dearest of them. */
export const UNKNOWN_EMBEDDING_PRICE: AiPrice = { inputUsd: 0.25, outputUsd: 0 };

const FREE: AiPrice = { inputUsd: 0, outputUsd: 0 };
const MILLION = 1_000_000;

/** Tokens around a prompt that are not in it: roles, the form of tools, what a provider adds. */
const FRAME_TOKENS = 300;

export type Price = AiPrice & { isKnown: boolean };

/**
 * What a million tokens of a model cost: the workspace's own price, else the default, else a cautious one.
 * A name with a date, a dimension or `-latest` at its end has the price of the name without.
 * @param name `provider:model`, with `@dimension` for one of embeddings
 */
export function priceOf(name: string, own: AiPrices, unknown: AiPrice = UNKNOWN_PRICE): Price {
  for (const candidate of namesOf(name)) {
    const price = own[candidate] ?? DEFAULT_PRICES[candidate];
    if (price) return { ...price, isKnown: true };
  }
  if (name.startsWith('ollama:')) return { ...FREE, isKnown: true };
  return { ...unknown, isKnown: false };
}

/** US dollars. */
export function costOf(price: AiPrice, tokens: { input: number; output: number }): number {
  return (tokens.input * price.inputUsd + tokens.output * price.outputUsd) / MILLION;
}

/**
 * Most tokens that so many bytes may be: two bytes each. English has about four, other scripts two to three; only rare
 * signs come out below.
 */
export function mostTokens(bytes: number): number {
  return Math.ceil(bytes / 2) + FRAME_TOKENS;
}

/** Tokens of a text whose provider does not count them: about four bytes each. */
export function likelyTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** `openrouter:openai/gpt-5-mini` is looked for as itself and as `openai:gpt-5-mini`, each without its date too. */
function namesOf(name: string): string[] {
  const maker = /^openrouter:([a-z]+)\/(.+)$/.exec(name);
  // OpenRouter writes claude-haiku-4.5 where Anthropic writes claude-haiku-4-5.
  const ofMaker = maker
    ? [`${maker[1]}:${maker[1] === 'anthropic' ? maker[2]?.replaceAll('.', '-') : maker[2]}`]
    : [];
  return [name, ...ofMaker].flatMap((each) => [
    each,
    each.replace(/(-(\d{4}-?\d{2}-?\d{2}|latest)|@\d+)$/, ''),
  ]);
}
