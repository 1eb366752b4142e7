import { expect, it } from 'vitest';
import { priceRows, withoutPrice, withPrice } from './price-rows.ts';

const ONE = { inputUsd: 1, outputUsd: 2 };
const OTHER = { inputUsd: 3, outputUsd: 4 };

it('shows own prices first, and no default below one', () => {
  const rows = priceRows({
    own: { 'openai:b': OTHER, 'compatible:m': ONE },
    defaults: { 'openai:b': ONE, 'openai:a': ONE },
  });
  expect(rows).toEqual([
    { model: 'compatible:m', price: ONE, isOwn: true, hasDefault: false },
    { model: 'openai:b', price: OTHER, isOwn: true, hasDefault: true },
    { model: 'openai:a', price: ONE, isOwn: false, hasDefault: true },
  ]);
});

it('adds, changes and removes', () => {
  const own = { 'compatible:m': ONE };
  expect(withPrice(own, 'compatible:n', OTHER)).toEqual({ 'compatible:m': ONE, 'compatible:n': OTHER });
  expect(withPrice(own, 'compatible:m', OTHER)).toEqual({ 'compatible:m': OTHER });
  expect(withoutPrice(own, 'compatible:m')).toEqual({});
});
