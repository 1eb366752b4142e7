import { z } from 'zod';
import type { NodeClass } from '../../engine/node-type.ts';

const portSchema = z.union([
  z.object({ each: z.string().min(1), id: z.string().min(1) }),
  z.object({ id: z.string().min(1).max(120), label: z.string().max(120).optional() }),
]);

const descriptionSchema = z.object({
  type: z
    .string()
    .max(100)
    .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/, 'write it like "shop.discount_code"'),
  version: z.number().int().min(1),
  category: z.enum(['trigger', 'ai', 'knowledge', 'logic', 'people', 'instagram', 'contact', 'other']),
  name: z.string().trim().min(1).max(80),
  summary: z.string().trim().min(1).max(300),
  docs: z.string().max(20_000).optional(),
  icon: z.string().regex(/^[a-z0-9-]+$/, 'use the name of a Lucide icon, like "ticket-percent"'),
  phrase: z.string().max(500).optional(),
  kind: z.enum(['trigger', 'step']),
  config: z.custom<z.ZodType>(isObjectSchema, 'must be a zod schema of an object: z.object({ … })'),
  outputs: z.array(portSchema).max(50),
  output: z.custom<z.ZodType>(isSchema, 'must be a zod schema').optional(),
  hasEffect: z.boolean().optional(),
  isPure: z.boolean().optional(),
});

/** Whether an export looks meant to be a node type: a class with a static description and a `run`. */
export function isNodeClass(value: unknown): value is NodeClass {
  return (
    typeof value === 'function' &&
    'description' in value &&
    typeof value.description === 'object' &&
    value.description !== null
  );
}

/** What is wrong with a node class that came from outside, in one line; undefined when it can be used. */
export function nodeClassProblem(nodeClass: NodeClass): string | undefined {
  const parsed = descriptionSchema.safeParse(nodeClass.description);
  if (!parsed.success) {
    return parsed.error.issues
      .map((issue) => `description.${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
  }
  const methods: Record<string, unknown> = nodeClass.prototype ?? {};
  if (typeof methods.run !== 'function') return 'the class has no run method';
  if (parsed.data.kind === 'trigger' && typeof methods.matches !== 'function') {
    return 'a trigger needs a matches method';
  }
  return schemaProblem(parsed.data.config);
}

/** The form is drawn from the JSON Schema, so there must be one. */
function schemaProblem(config: z.ZodType): string | undefined {
  try {
    z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
    return undefined;
  } catch (error) {
    return `description.config has no JSON Schema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Told by its inner mark, not by `instanceof`: a package may bring its own copy of zod. */
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function isObjectSchema(value: unknown): boolean {
  return isSchema(value) && (value as z.core.$ZodTypes)._zod.def.type === 'object';
}
