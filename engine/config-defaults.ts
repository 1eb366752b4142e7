import type { z } from 'zod';

/**
 * The config with its missing fields filled in from the schema's defaults, before templates are rendered: a default such as
 * `{{ trigger.comment.id }}` is a template like one that a person wrote. Fields inside of lists and objects keep theirs for
 * the parsing that follows.
 */
export function withDefaults(config: Record<string, unknown>, schema: z.ZodType): Record<string, unknown> {
  const { shape } = schema.def as { shape?: Record<string, z.ZodType> };
  if (!shape) return config;
  const missing = Object.entries(shape)
    .filter(([key]) => config[key] === undefined)
    .map(([key, field]) => [key, defaultOf(field)] as const)
    .filter(([, value]) => value !== undefined);
  return missing.length === 0 ? config : { ...config, ...Object.fromEntries(missing) };
}

function defaultOf(schema: z.ZodType): unknown {
  let def = schema.def as { type: string; defaultValue?: unknown; innerType?: z.ZodType };
  while (def.type !== 'default' && def.type !== 'prefault') {
    if (!def.innerType) return undefined;
    def = def.innerType.def as typeof def;
  }
  return def.defaultValue;
}

/** The node with the config that `withDefaults` gives it: ports that follow from a list exist for the default list too. */
export function withDefaultConfig<Node extends { config: Record<string, unknown> }>(
  node: Node,
  type: { config: z.ZodType },
): Node {
  return { ...node, config: withDefaults(node.config, type.config) };
}
