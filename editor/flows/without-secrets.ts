import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Graph } from '../../engine/graph.ts';
import type { JsonSchema } from '../inspector/schema.ts';
import { resolve } from '../inspector/schema.ts';

/** The graph with every field emptied that its type marks as `secret`: a file that leaves the house holds none. */
export function withoutSecrets(graph: Graph, types: readonly NodeTypeInfo[]): Graph {
  const schemas = new Map(types.map((type) => [type.type, type.configSchema as JsonSchema]));
  const nodes = graph.nodes.map((node) => {
    const schema = schemas.get(node.type);
    return schema ? { ...node, config: emptied(node.config, schema, schema) as typeof node.config } : node;
  });
  return { ...graph, nodes };
}

function emptied(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const { secret, anyOf, oneOf, items, properties } = resolve(schema, root);
  if (secret) return '';
  const variants = [...(anyOf ?? []), ...(oneOf ?? [])];
  if (variants.length > 0) return variants.reduce((rest, variant) => emptied(rest, variant, root), value);
  if (Array.isArray(value)) return items ? value.map((item) => emptied(item, items, root)) : value;
  if (typeof value !== 'object' || value === null || !properties) return value;
  const known = Object.entries(value).map(([key, item]) => {
    const field = properties[key];
    return [key, field ? emptied(item, field, root) : item];
  });
  return Object.fromEntries(known);
}
