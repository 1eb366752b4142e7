import { z } from 'zod';
import type { FlowInput } from '../../engine/services.ts';

export const MOST_INPUTS = 10;
/** Longest text of one input, in characters. */
export const LONGEST_INPUT = 4_000;

/** What a call handed over, as the called flow reads it: `trigger.input`. */
export type CallInput = Record<string, string | number | boolean>;

const TYPES: Record<FlowInput['type'], { schema: z.ZodType<string | number | boolean>; words: string }> = {
  text: { schema: z.string().max(LONGEST_INPUT), words: `a text of at most ${LONGEST_INPUT} characters` },
  number: { schema: z.number(), words: 'a number' },
  'yes/no': { schema: z.boolean(), words: 'true or false' },
};

/** The inputs as a schema: nothing is coerced and nothing else is taken. Its JSON Schema is what a model is shown. */
export function callInputSchema(inputs: readonly FlowInput[]): z.ZodType<Record<string, unknown>> {
  const fields = inputs.map(({ name, description, type, required }) => {
    const { schema } = TYPES[type];
    const described = description === '' ? schema : schema.describe(description);
    return [name, required ? described : described.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

/**
 * Checks what a caller hands over. Texts become numbers and yes/no where the input is one, since templates give texts; an
 * empty one counts as not given.
 * @returns the input, or every problem in words
 */
export function readCallInput(
  inputs: readonly FlowInput[],
  given: Readonly<Record<string, unknown>>,
): { input: CallInput } | { problems: string[] } {
  const known = new Set(inputs.map(({ name }) => name));
  const problems = Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => `the flow has no input "${name.slice(0, 60)}"`);
  const input: CallInput = {};
  for (const { name, type, required } of inputs) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null || value === '') {
      if (required) problems.push(`"${name}" is required`);
      continue;
    }
    const { schema, words } = TYPES[type];
    const read = schema.safeParse(ofType(type, value));
    if (read.success) input[name] = read.data;
    else problems.push(`"${name}" must be ${words}`);
  }
  return problems.length > 0 ? { problems } : { input };
}

const YES_NO: Record<string, boolean> = { true: true, yes: true, false: false, no: false };

/** The value as the type wants it where it plainly means one; else as it is, to be refused. */
function ofType(type: FlowInput['type'], value: unknown): unknown {
  if (type === 'text') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  if (type === 'yes/no') return Object.hasOwn(YES_NO, text) ? YES_NO[text] : value;
  return /^[+-]?(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : value;
}
