import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { NodeCategory } from '../../engine/node-type.ts';
import { CATEGORIES } from '../ui/category.ts';

export type PaletteGroup = { category: NodeCategory; types: NodeTypeInfo[] };

/** The types a person may add, by category; switched-off types don't appear. */
export function paletteGroups(types: Iterable<NodeTypeInfo>, search = ''): PaletteGroup[] {
  const offered = searchTypes(types, search);
  return CATEGORIES.map((category) => ({
    category,
    types: offered.filter((type) => type.category === category),
  })).filter((group) => group.types.length > 0);
}

/** Enabled types in which every word of `search` occurs, the best first: name before type before summary. */
export function searchTypes(types: Iterable<NodeTypeInfo>, search: string): NodeTypeInfo[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return [...types]
    .filter((type) => type.enabled)
    .map((type) => ({ type, rank: rankOf(type, words) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .map(({ type }) => type);
}

/** What fits behind an output port (no triggers), or, without one, everything. */
export function fittingTypes(types: Iterable<NodeTypeInfo>, behindPort: boolean): NodeTypeInfo[] {
  return [...types].filter((type) => type.enabled && (!behindPort || type.kind === 'step'));
}

function rankOf(type: NodeTypeInfo, words: string[]): number {
  const name = type.name.toLowerCase();
  const rest = `${type.type} ${type.category} ${type.summary}`.toLowerCase();
  let rank = 0;
  for (const word of words) {
    if (name.startsWith(word)) continue;
    if (name.includes(word)) rank += 1;
    else if (rest.includes(word)) rank += 10;
    else return Number.POSITIVE_INFINITY;
  }
  return rank;
}
