import type { AiPrice, AiPrices, AiSettings } from '../../../server/contract/ai.ts';

export type PriceRow = {
  model: string;
  price: AiPrice;
  /** The workspace's own; else a default. */
  isOwn: boolean;
  /** There is a default below the own one. */
  hasDefault: boolean;
};

/** What models are counted with: own prices first, each part by name. A default below an own price is left out. */
export function priceRows({ own, defaults }: Pick<AiSettings['prices'], 'own' | 'defaults'>): PriceRow[] {
  const models = new Set([...Object.keys(own).toSorted(), ...Object.keys(defaults).toSorted()]);
  return [...models].flatMap((model) => {
    const price = own[model] ?? defaults[model];
    if (!price) return [];
    return [{ model, price, isOwn: Object.hasOwn(own, model), hasDefault: Object.hasOwn(defaults, model) }];
  });
}

export const withoutPrice = (own: AiPrices, model: string): AiPrices =>
  Object.fromEntries(Object.entries(own).filter(([name]) => name !== model));

export const withPrice = (own: AiPrices, model: string, price: AiPrice): AiPrices => ({
  ...own,
  [model]: price,
});
