import { describe, expect, test } from 'vitest';
import { DEFAULT_PRICES } from './default-prices.ts';
import { costOf, mostTokens, priceOf, UNKNOWN_PRICE } from './prices.ts';

/** Named by their price in the list; nobody gets one without asking for it. */
const DEARER_THAN_USUAL = ['openai:gpt-5-pro', 'anthropic:claude-opus-4-1', 'anthropic:claude-opus-4'];

describe('the price of a model', () => {
  const mini = { inputUsd: 0.25, outputUsd: 2, isKnown: true };
  test.each([
    ['openai:gpt-5-mini', mini],
    ['openai:gpt-5-mini-2025-08-07', mini],
    ['openrouter:openai/gpt-5-mini', mini],
    ['anthropic:claude-haiku-4-5-20251001', { inputUsd: 1, outputUsd: 5, isKnown: true }],
    ['openrouter:anthropic/claude-haiku-4.5', { inputUsd: 1, outputUsd: 5, isKnown: true }],
    ['openai:text-embedding-3-small@1536', { inputUsd: 0.02, outputUsd: 0, isKnown: true }],
    ['anthropic:claude-opus-4-20250514', { inputUsd: 15, outputUsd: 75, isKnown: true }],
    ['openai:gpt-99', { ...UNKNOWN_PRICE, isKnown: false }],
    ['google:gemini-99-pro', { ...UNKNOWN_PRICE, isKnown: false }],
    ['ollama:anything', { inputUsd: 0, outputUsd: 0, isKnown: true }],
    ['compatible:anything', { ...UNKNOWN_PRICE, isKnown: false }],
  ])('of %s', (name, price) => {
    expect(priceOf(name, {})).toEqual(price);
  });

  test("is the workspace's own where it has one", () => {
    const own = {
      'openai:gpt-5-mini': { inputUsd: 9, outputUsd: 9 },
      'ollama:x': { inputUsd: 1, outputUsd: 1 },
    };
    expect(priceOf('openai:gpt-5-mini', own)).toMatchObject({ inputUsd: 9, isKnown: true });
    expect(priceOf('ollama:x', own)).toMatchObject({ inputUsd: 1 });
  });

  test('is not free by silence, and no usual model is dearer than an unknown one', () => {
    const models = Object.entries(DEFAULT_PRICES).filter(([name]) => !name.includes('embedding'));
    const dearer = models.filter(
      ([, price]) => price.inputUsd > UNKNOWN_PRICE.inputUsd || price.outputUsd > UNKNOWN_PRICE.outputUsd,
    );
    expect(dearer.map(([name]) => name)).toEqual(DEARER_THAN_USUAL);
    for (const [name, price] of Object.entries(DEFAULT_PRICES)) {
      expect(price.inputUsd, name).toBeGreaterThan(0);
      expect(price.outputUsd > 0, name).toBe(!name.includes('embedding'));
    }
  });

  test.each([
    ['openai:gpt-5', 1_000, 500, 0.00625],
    ['anthropic:claude-haiku-4-5', 1_000, 500, 0.0035],
    ['google:gemini-2.5-flash', 10_000, 0, 0.003],
  ])('of %s: %d tokens in and %d out cost $%d', (name, input, output, usd) => {
    expect(costOf(priceOf(name, {}), { input, output })).toBeCloseTo(usd, 10);
  });

  test('is of a million tokens', () => {
    expect(costOf({ inputUsd: 2, outputUsd: 8 }, { input: 500_000, output: 250_000 })).toBe(3);
  });
});

test.each([
  ['English', 'The delivery takes three to five working days, and returns are free. '.repeat(20), 14 * 20],
  ['Japanese, a token a sign', '配送には三日から五日かかります。'.repeat(20), 16 * 20],
])('the estimate of most tokens is not below %s', (_what, text, tokens) => {
  expect(mostTokens(Buffer.byteLength(text))).toBeGreaterThanOrEqual(tokens);
});
