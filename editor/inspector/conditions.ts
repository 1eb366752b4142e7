import type { JsonSchema } from './schema.ts';
import { resolve } from './schema.ts';

/** A condition as the form holds it. */
export type ConditionRow = { value: unknown; operator: string; compare: unknown };
export type ConditionGroup = { mode: 'all' | 'any'; rows: ConditionRow[] };

/** Operators that look at the value alone (engine/conditions.ts, which is too large to load for this). */
const UNARY = new Set(['is_empty', 'is_not_empty', 'is_true', 'is_false']);

export function needsCompare(operator: string): boolean {
  return !UNARY.has(operator);
}

export function parseGroup(value: unknown): ConditionGroup {
  const group = value !== null && typeof value === 'object' ? value : {};
  const any: unknown = Reflect.get(group, 'any');
  const all: unknown = Reflect.get(group, 'all');
  return Array.isArray(any)
    ? { mode: 'any', rows: any.map(parseRow) }
    : { mode: 'all', rows: Array.isArray(all) ? all.map(parseRow) : [] };
}

export function writeGroup({ mode, rows }: ConditionGroup): unknown {
  return mode === 'any' ? { any: rows } : { all: rows };
}

/** The operators that the schema allows. */
export function operatorsOf(schema: JsonSchema, root: JsonSchema): string[] {
  for (const variant of schema.anyOf ?? schema.oneOf ?? [schema]) {
    for (const list of Object.values(resolve(variant, root).properties ?? {})) {
      const operator = resolve(resolve(list, root).items ?? {}, root).properties?.operator;
      const names = operator && resolve(operator, root).enum;
      if (names) return names.filter((name) => typeof name === 'string');
    }
  }
  return ['equals', 'not_equals', 'contains', 'is_empty'];
}

function parseRow(row: unknown): ConditionRow {
  const object = row !== null && typeof row === 'object' ? row : {};
  const operator: unknown = Reflect.get(object, 'operator');
  return {
    value: Reflect.get(object, 'value') ?? '',
    operator: typeof operator === 'string' ? operator : 'equals',
    compare: Reflect.get(object, 'compare') ?? '',
  };
}
