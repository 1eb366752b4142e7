import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conditionGroupSchema, OPERATORS } from '../../engine/conditions.ts';
import { operatorsOf, parseGroup, writeGroup } from './conditions.ts';
import type { JsonSchema } from './schema.ts';
import { blankValue, defaultConfig, fieldKind, fieldsOf, labelOf, variantIndex } from './schema.ts';

const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const kindOf = (schema: z.ZodType) => {
  const json = jsonSchema(schema);
  return fieldKind(json, json).kind;
};

describe('how a field is drawn', () => {
  it.each([
    ['a text', z.string(), 'text'],
    ['a number', z.number(), 'number'],
    ['an integer', z.number().int(), 'number'],
    ['a boolean', z.boolean(), 'boolean'],
    ['an enum', z.enum(['a', 'b']), 'choice'],
    ['literals', z.union([z.literal('a'), z.literal('b')]), 'choice'],
    ['texts', z.array(z.string()), 'tags'],
    ['objects', z.array(z.object({ a: z.string() })), 'list'],
    ['an object', z.object({ a: z.string() }), 'object'],
    ['a union', z.union([z.object({ a: z.string() }), z.number()]), 'union'],
    ['a nullable text', z.string().nullable(), 'text'],
    ['a record', z.record(z.string(), z.string()), 'record'],
    ['anything', z.unknown(), 'json'],
    ['a widget', z.string().meta({ widget: 'account' }), 'widget'],
    ['an unknown widget', z.string().meta({ widget: 'sparkle' }), 'text'],
  ])('%s', (_, schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  it('follows references', () => {
    const tree: z.ZodType = z.object({
      name: z.string(),
      get children() {
        return z.array(tree);
      },
    });
    const json = jsonSchema(tree);
    const children = fieldsOf(json, json).find((field) => field.key === 'children')!;
    expect(fieldKind(children.schema, json).kind).toBe('list');
    expect(blankValue(children.schema.items!, json)).toEqual({ name: '', children: [] });
  });

  it('writes a label from the key when there is no title', () => {
    expect(labelOf('maxAttempts', {})).toBe('Max attempts');
    expect(labelOf('maxAttempts', { title: 'Tries' })).toBe('Tries');
  });

  it('recognises the variant of a union', () => {
    const json = jsonSchema(
      z.union([z.literal('any'), z.array(z.string()), z.object({ kind: z.literal('x') })]),
    );
    const variants = json.anyOf!;
    expect([['a'], 'any', { kind: 'x' }].map((value) => variantIndex(value, variants, json))).toEqual([
      1, 0, 2,
    ]);
  });
});

it('starts a node with the defaults of its schema and nothing else', () => {
  const schema = z.object({
    amount: z.number().default(5),
    unit: z.enum(['minutes', 'hours']).default('minutes'),
    note: z.string().optional(),
  });
  expect(defaultConfig(z.toJSONSchema(schema, { io: 'input' }))).toEqual({ amount: 5, unit: 'minutes' });
});

it('draws conditions as conditions, with the operators of their schema', () => {
  const json = jsonSchema(z.object({ when: conditionGroupSchema }));
  const { when } = json.properties!;
  expect(fieldKind(when!, json)).toEqual({ kind: 'widget', widget: 'conditions' });
  expect(operatorsOf(when!, json)).toEqual(Object.keys(OPERATORS));
});

it('reads and writes condition groups', () => {
  const group = { any: [{ value: 'a', operator: 'equals', compare: 'b' }] };
  expect(writeGroup(parseGroup(group))).toEqual(group);
  expect(parseGroup(undefined)).toEqual({ mode: 'all', rows: [] });
});
