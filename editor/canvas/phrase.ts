import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { GraphNode } from '../../engine/graph.ts';

const MAX_LENGTH = 120;
const PLACE = /\{\{\s*([^}]*?)\s*\}\}/g;

/**
 * The sentence on a node's card: the type's `phrase` over the config, `Reply: {{ text }}` → `Reply: Thanks!…`. Lists are
 * joined by commas (by their `name` where they have one). Templates inside the config stay readable as they are. Without
 * a phrase, or while nothing is filled in, the type's summary.
 */
export function phraseOf(node: GraphNode, type: NodeTypeInfo | undefined): string {
  if (!type) return '';
  if (!type.phrase) return type.summary;
  let filled = 0;
  let places = 0;
  const sentence = type.phrase.replace(PLACE, (_, expression: string) => {
    places++;
    const text = evaluate(expression, node.config);
    if (text !== '') filled++;
    return text === '' ? '…' : text;
  });
  const tidy = sentence
    .replace(/\{%[\s\S]*?%\}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (places > 0 && filled === 0) return type.summary;
  return tidy.length > MAX_LENGTH ? `${tidy.slice(0, MAX_LENGTH - 1)}…` : tidy;
}

/** `labels | map: "name" | join: ", "`: a path and the few filters that phrases use. */
function evaluate(expression: string, config: Record<string, unknown>): string {
  const [path = '', ...filters] = expression.split('|').map((part) => part.trim());
  let value: unknown = path.split('.').reduce<unknown>(member, config);
  for (const filter of filters) value = applyFilter(value, filter);
  return wordsOf(value);
}

function applyFilter(value: unknown, filter: string): unknown {
  const colon = filter.indexOf(':');
  const name = (colon === -1 ? filter : filter.slice(0, colon)).trim();
  const argument =
    colon === -1
      ? ''
      : filter
          .slice(colon + 1)
          .trim()
          .replace(/^(['"])(.*)\1$/, '$2');
  switch (name) {
    case 'map':
      return Array.isArray(value) ? value.map((item) => member(item, argument)) : value;
    case 'join':
      return Array.isArray(value) ? value.map(wordsOf).join(argument || ', ') : value;
    case 'size':
      return Array.isArray(value) || typeof value === 'string' ? value.length : value;
    case 'default':
      return wordsOf(value) === '' ? argument : value;
    case 'truncate':
      return typeof value === 'string' && value.length > Number.parseInt(argument, 10)
        ? `${value.slice(0, Number.parseInt(argument, 10))}…`
        : value;
    case 'first':
      return Array.isArray(value) ? value[0] : value;
    default:
      return value;
  }
}

function wordsOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item) => wordsOf(member(item, 'name') ?? item)).join(', ');
  if (typeof value === 'object') return '';
  return String(value).replace(/\s+/g, ' ').trim();
}

function member(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
