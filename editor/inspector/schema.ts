/** The part of JSON Schema (2020-12, as zod writes it) that forms are drawn from, with the hints of NodeDescription. */
export type JsonSchema = {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  placeholder?: string;
  widget?: string;
  advanced?: boolean;
  template?: boolean;
  raw?: boolean;
  secret?: boolean;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  format?: string;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
};

/** How one field is drawn. */
export type FieldKind =
  | {
      kind: 'widget';
      widget: 'account' | 'knowledgeBase' | 'flow' | 'model' | 'cron' | 'duration' | 'conditions' | 'code';
    }
  | { kind: 'tags' }
  | { kind: 'text'; multiline: boolean; template: boolean }
  | { kind: 'number'; integer: boolean }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: { value: string | number | boolean; label: string }[] }
  | { kind: 'object' }
  | { kind: 'list' }
  | { kind: 'record' }
  | { kind: 'union'; variants: JsonSchema[] }
  | { kind: 'json' };

const WIDGETS = [
  'account',
  'knowledgeBase',
  'flow',
  'model',
  'cron',
  'duration',
  'conditions',
  'code',
] as const;

/** `schema` with `$ref` into `root` followed and hints beside the reference kept. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  for (let depth = 0; current.$ref !== undefined && depth < 20; depth++) {
    const { $ref, ...hints } = current;
    const target = $ref === '#' ? root : lookUp(root, $ref);
    current = { ...target, ...hints };
  }
  if (current.allOf && current.allOf.length > 0) {
    const { allOf, ...rest } = current;
    current = Object.assign({}, ...allOf.map((part) => resolve(part, root)), rest);
  }
  return current;
}

/** Decides how a field is drawn; what nothing else fits is edited as JSON, so that every schema has a form. */
export function fieldKind(schema: JsonSchema, root: JsonSchema): FieldKind {
  const resolved = resolve(schema, root);
  const { widget } = resolved;
  const known = WIDGETS.find((name) => name === widget);
  if (known) return { kind: 'widget', widget: known };
  if (widget === 'tags') return { kind: 'tags' };
  if (widget === 'textarea' || widget === 'text') {
    return { kind: 'text', multiline: widget === 'textarea', template: resolved.template !== false };
  }
  const choices = choicesOf(resolved, root);
  if (choices) return { kind: 'choice', options: choices };
  const variants = variantsOf(resolved, root);
  if (variants) {
    const first = variants[0];
    return variants.length === 1 && first ? fieldKind(first, root) : { kind: 'union', variants };
  }
  switch (mainType(resolved)) {
    case 'string':
      return { kind: 'text', multiline: false, template: resolved.template !== false };
    case 'number':
      return { kind: 'number', integer: false };
    case 'integer':
      return { kind: 'number', integer: true };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return listKind(resolved, root);
    case 'object':
      if (resolved.properties) return { kind: 'object' };
      return { kind: 'record' };
    default:
      return { kind: 'json' };
  }
}

/** The fields of an object schema, in the order in which they were written. */
export function fieldsOf(
  schema: JsonSchema,
  root: JsonSchema,
): { key: string; schema: JsonSchema; isRequired: boolean }[] {
  const resolved = resolve(schema, root);
  return Object.entries(resolved.properties ?? {}).map(([key, field]) => ({
    key,
    schema: resolve(field, root),
    isRequired: resolved.required?.includes(key) ?? false,
  }));
}

/** The config of a fresh node: every default that the schema names, and nothing else. */
export function defaultConfig(configSchema: Record<string, unknown>): Record<string, unknown> {
  const root: JsonSchema = configSchema;
  return Object.fromEntries(
    fieldsOf(root, root)
      .filter(({ schema }) => schema.default !== undefined)
      .map(({ key, schema }) => [key, structuredClone(schema.default)]),
  );
}

/** A fresh value for a list item or a chosen variant: defaults, constants, and empty texts where one is required. */
export function blankValue(schema: JsonSchema, root: JsonSchema): unknown {
  const resolved = resolve(schema, root);
  if (resolved.default !== undefined) return structuredClone(resolved.default);
  if (resolved.const !== undefined) return resolved.const;
  if (resolved.enum && resolved.enum.length > 0) return resolved.enum[0];
  const variant = (resolved.anyOf ?? resolved.oneOf)?.[0];
  if (variant) return blankValue(variant, root);
  switch (mainType(resolved)) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return resolved.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return Array.from({ length: Math.min(resolved.minItems ?? 0, 5) }, () =>
        blankValue(resolved.items ?? {}, root),
      );
    case 'object':
      return Object.fromEntries(
        fieldsOf(resolved, root)
          .filter(({ isRequired, schema: field }) => isRequired || field.default !== undefined)
          .map(({ key, schema: field }) => [key, blankValue(field, root)]),
      );
    default:
      return null;
  }
}

/** `maxAttempts` → `Max attempts`: the label of a field that has no title. */
export function labelOf(key: string, schema: JsonSchema): string {
  if (schema.title) return schema.title;
  const words = key
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Which variant of a union `value` is: the first whose constants, required keys and type all fit; 0 when none does. */
export function variantIndex(value: unknown, variants: JsonSchema[], root: JsonSchema): number {
  const index = variants.findIndex((variant) => fits(value, resolve(variant, root), root));
  return index === -1 ? 0 : index;
}

/** A short name for a variant of a union. */
export function variantLabel(variant: JsonSchema, root: JsonSchema, index: number): string {
  const resolved = resolve(variant, root);
  if (resolved.title) return resolved.title;
  if (resolved.const !== undefined) return String(resolved.const);
  const constant = fieldsOf(resolved, root).find(({ schema }) => schema.const !== undefined);
  if (constant) return String(constant.schema.const);
  const keys = Object.keys(resolved.properties ?? {});
  if (keys.length > 0) return keys.slice(0, 2).join(', ');
  return mainType(resolved) ?? String(index + 1);
}

function fits(value: unknown, schema: JsonSchema, root: JsonSchema): boolean {
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  switch (mainType(schema)) {
    case 'array':
      return Array.isArray(value);
    case 'object': {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
      return fieldsOf(schema, root).every(({ key, schema: field, isRequired }) => {
        const own: unknown = Reflect.get(value, key);
        if (own === undefined) return !isRequired;
        return field.const === undefined || field.const === own;
      });
    }
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'null':
      return value === null;
    case undefined:
      return false;
    default:
      return typeof value === mainType(schema);
  }
}

function listKind(schema: JsonSchema, root: JsonSchema): FieldKind {
  const items = resolve(schema.items ?? {}, root);
  const isPlainText = mainType(items) === 'string' && !items.enum && !items.widget && items.template !== true;
  return isPlainText ? { kind: 'tags' } : { kind: 'list' };
}

function choicesOf(schema: JsonSchema, root: JsonSchema) {
  const values =
    schema.enum ??
    (schema.anyOf ?? schema.oneOf)?.map((variant) => {
      const resolved = resolve(variant, root);
      return resolved.const;
    });
  if (!values || values.length === 0) return undefined;
  const options = values.flatMap((value, index) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
    const title = (schema.anyOf ?? schema.oneOf)?.[index]?.title;
    return [{ value, label: title ?? wordsOf(String(value)) }];
  });
  return options.length === values.length ? options : undefined;
}

function wordsOf(value: string): string {
  const words = value
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return /^[A-Z]+$/.test(value) ? value : words.charAt(0).toUpperCase() + words.slice(1);
}

/** The variants of a union without `null` and without what can't be filled in. */
function variantsOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] | undefined {
  const variants = schema.anyOf ?? schema.oneOf;
  if (!variants) return undefined;
  return variants.filter((variant) => mainType(resolve(variant, root)) !== 'null');
}

function mainType(schema: JsonSchema): string | undefined {
  if (typeof schema.type === 'string') return schema.type;
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== 'null');
  if (schema.properties) return 'object';
  return undefined;
}

function lookUp(root: JsonSchema, reference: string): JsonSchema {
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (at, key) =>
        at !== null && typeof at === 'object' ? Reflect.get(at, decodeURIComponent(key)) : undefined,
      root,
    );
  return found !== null && typeof found === 'object' ? found : {};
}
