import { describe, expect, test } from 'vitest';
import { costOf, mostTokens, priceOf, UNKNOWN_PRICE } from './prices.ts';

describe('the price of a model', () => {
  const mini = { inputUsd: 0.25, outputUsd: 2, isKnown: true };
  test.each([
    ['openai:gpt-5-mini', mini],
    ['openai:gpt-5-mini-2025-08-07', mini],
    ['openrouter:openai/gpt-5-mini', mini],
    ['anthropic:claude-haiku-4-5-20251001', { inputUsd: 1, outputUsd: 5, isKnown: true }],
    ['openrouter:anthropic/claude-haiku-4.5', { inputUsd: 1, outputUsd: 5, isKnown: true }],
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
