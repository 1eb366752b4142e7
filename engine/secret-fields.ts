import { z } from 'zod';
import { childSchema, configField } from './config-fields.ts';

/** What stands in the log of a run instead of a secret. */
export const HIDDEN = '••••••';

const schemasWithSecrets = new WeakMap<z.ZodType, boolean>();

/**
 * The config with the fields hidden whose schema says `.meta({ secret: true })`: what may be shown and kept.
 */
export function hideSecrets(config: unknown, schema: z.ZodType): unknown {
  return hasSecrets(schema) ? hide(config, schema) : config;
}

function hasSecrets(schema: z.ZodType): boolean {
  const known = schemasWithSecrets.get(schema);
  if (known !== undefined) return known;
  const found = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).includes(
    '"secret":true',
  );
  schemasWithSecrets.set(schema, found);
  return found;
}

function hide(value: unknown, schema: z.ZodType | undefined): unknown {
  if (value === '' || value === undefined || schema === undefined) return value;
  if (configField(schema).secret) return HIDDEN;
  if (Array.isArray(value)) return value.map((item, index) => hide(item, childSchema(schema, index, item)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, hide(item, childSchema(schema, key, value))]),
  );
}
