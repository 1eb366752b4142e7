import { z } from 'zod';

/** What a config field makes of a string that holds a template. */
export type ConfigField = {
  /** `.meta({template: false})`: the string is taken as it stands. */
  literal: boolean;
  /** `.meta({raw: true})`: a string that is exactly one `{{ }}` gives the value itself. */
  raw: boolean;
  /** `.meta({secret: true})`: hidden from the log of a run and from exports. */
  secret: boolean;
  /** `any` is a field of unknown shape: text unless it is `raw`. */
  accepts: 'text' | 'any' | 'number' | 'boolean' | 'value';
  title: string | undefined;
};

const UNKNOWN_FIELD: ConfigField = {
  literal: false,
  raw: false,
  secret: false,
  accepts: 'text',
  title: undefined,
};
const fields = new WeakMap<z.ZodType, ConfigField>();

/** The hints of a field's schema, gathered through `optional`, `default` and their like. */
export function configField(schema: z.ZodType | undefined): ConfigField {
  if (!schema) return UNKNOWN_FIELD;
  const known = fields.get(schema);
  if (known) return known;
  const field = readField(schema);
  fields.set(schema, field);
  return field;
}

/** The schema of a key of an object or of an item of a list; `value` picks the option of a union. */
export function childSchema(
  schema: z.ZodType | undefined,
  key: string | number,
  value: unknown,
): z.ZodType | undefined {
  if (!schema) return undefined;
  const { base } = unwrap(schema);
  const definition = definitionOf(base);
  switch (definition.type) {
    case 'object': {
      const shape = definition.shape as Record<string, z.ZodType>;
      if (Object.hasOwn(shape, key)) return shape[key];
      return definition.catchall as z.ZodType | undefined;
    }
    case 'array':
      return definition.element as z.ZodType;
    case 'tuple':
      return definition.items[Number(key)] as z.ZodType | undefined;
    case 'record':
      return definition.valueType as z.ZodType;
    case 'union':
      return (definition.options as z.ZodType[])
        .filter((option) => isPossible(option, value))
        .map((option) => childSchema(option, key, value))
        .find((child) => child !== undefined);
    case 'intersection':
      return (
        childSchema(definition.left as z.ZodType, key, value) ??
        childSchema(definition.right as z.ZodType, key, value)
      );
    default:
      return undefined;
  }
}

/** A path inside a config as people write it: `config.labels[0].name`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    'config',
  );
}

/** An option of a discriminated union whose literal fields differ from those of the value is out. */
function isPossible(option: z.ZodType, value: unknown): boolean {
  const definition = definitionOf(unwrap(option).base);
  if (definition.type !== 'object' || typeof value !== 'object' || value === null) return true;
  const given = value as Record<string, unknown>;
  return Object.entries(definition.shape).every(([key, child]) => {
    const literal = definitionOf(child as z.ZodType);
    return literal.type !== 'literal' || !(key in given) || literal.values.some((one) => one === given[key]);
  });
}

function readField(schema: z.ZodType): ConfigField {
  const { base, hints } = unwrap(schema);
  return {
    literal: hints.template === false,
    raw: hints.raw === true,
    secret: hints.secret === true,
    accepts: acceptedBy(base),
    title: typeof hints.title === 'string' ? hints.title : undefined,
  };
}

function acceptedBy(schema: z.ZodType): ConfigField['accepts'] {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'any':
    case 'unknown':
      return 'any';
    case 'array':
    case 'object':
    case 'record':
    case 'tuple':
      return 'value';
    case 'union': {
      const accepted = (definition.options as z.ZodType[]).map((option) => acceptedBy(unwrap(option).base));
      return accepted.includes('text') ? 'text' : (accepted[0] ?? 'value');
    }
    default:
      return 'text';
  }
}

/** The schema inside its wrappers, and the hints of all of them, outer before inner. */
function unwrap(schema: z.ZodType): { base: z.ZodType; hints: Record<string, unknown> } {
  let base = schema;
  let hints: Record<string, unknown> = {};
  for (;;) {
    hints = { ...z.globalRegistry.get(base), ...hints };
    const inner = wrapped(base);
    if (!inner) return { base, hints };
    base = inner;
  }
}

function wrapped(schema: z.ZodType): z.ZodType | undefined {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return definition.innerType as z.ZodType;
    case 'pipe':
      return definition.in as z.ZodType;
    case 'lazy':
      return definition.getter() as z.ZodType;
    default:
      return undefined;
  }
}

/** zod keeps what a schema is made of in `_zod.def`, typed by its `type`. */
function definitionOf(schema: z.ZodType): z.core.$ZodTypes['_zod']['def'] {
  return (schema as unknown as z.core.$ZodTypes)._zod.def;
}
