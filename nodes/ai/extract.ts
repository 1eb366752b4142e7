import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { ExtractField } from '../../engine/services.ts';
import { INCOMING_TEXT, refuseDoubles, templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';

/** Names of object fields by which no template and no JSON stumbles. */
const NAME = /^[\p{L}][\p{L}\p{N}_ -]*$/u;
const RESERVED = ['constructor', 'prototype'];

const fieldSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Give it a name.')
    .max(60)
    .regex(NAME, 'Begin with a letter; use letters, digits, spaces, "-" and "_".')
    .refine((name) => !RESERVED.includes(name), 'This name has another meaning already. Use another.')
    .meta({ title: 'Name', placeholder: 'email', template: false }),
  type: z
    .enum(['text', 'number', 'date', 'boolean', 'email', 'phone', 'choice'])
    .default('text')
    .meta({ title: 'Kind', template: false }),
  description: z.string().max(500).optional().meta({
    title: 'What it is',
    placeholder: 'The size of the shoe, European',
    widget: 'text',
    template: false,
  }),
  choices: z.array(z.string().trim().min(1).max(100)).max(50).optional().meta({
    title: 'Choices',
    description: 'For the kind "choice".',
    widget: 'tags',
    template: false,
  }),
});

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'Where to read. Normally what the person wrote.',
  }),
  fields: z
    .array(fieldSchema)
    .min(1, 'Add at least one field.')
    .max(30)
    .superRefine((fields, context) => {
      refuseDoubles(fields, context);
      for (const [index, { type, choices }] of fields.entries()) {
        if (type !== 'choice' || choices?.length) continue;
        context.addIssue({ code: 'custom', message: 'Add the choices.', path: [index, 'choices'] });
      }
    })
    .default([
      { name: 'email', type: 'email' },
      { name: 'phone', type: 'phone' },
    ])
    .meta({ title: 'Fields', description: 'What to read out of the text.' }),
  instructions: templateField('', {
    title: 'Hints for the AI',
    description: 'What it should know to read well.',
    placeholder: 'Order numbers begin with RG.',
    advanced: true,
  }),
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Reads facts out of a text. */
export class Extract {
  static readonly description = describeNode({
    type: 'ai.extract',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Read facts',
    summary: 'Reads fields such as an e-mail address, a date or a size out of a text.',
    icon: 'text-search',
    phrase: 'Read {{ fields | map: "name" | join: ", " }}',
    docs: [
      'Reads the fields that you name out of what the person wrote. What the text does not say is empty (`null`). An e-mail address or a phone number that does not stand in the text is never given out.',
      '',
      'Example: fields `email` and `size` → **Update contact** with `{{ steps.extract.output.values.email }}`.',
      '',
      'Without a model the built-in AI finds addresses, phone numbers, numbers, dates, the words of choices, and what stands behind the name of a field ("size: 38"). It is basic.',
      '',
      '`{{ steps.extract.output.complete }}` is true when no field is empty; `missing` names those that are.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      missing: z.array(z.string()),
      complete: z.boolean(),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { text, fields: configured, instructions } = context.config;
    const fields: ExtractField[] = configured.map(({ name, type, description, choices }) => ({
      name,
      type,
      ...(description && { description }),
      ...(choices?.length && { choices }),
    }));
    if (text.trim() === '') {
      context.log('There is no text to read.');
      return fired('out', resultOf(fields, {}, 'none'));
    }
    const { values, usage } = await context.services.ai.extract(
      { ...requestOf(context), text: text.trim(), fields, ...(instructions.trim() && { instructions }) },
      context.signal,
    );
    context.usage(usage);
    return fired('out', resultOf(fields, values, usage.model));
  }
}

/** Whatever the service answered: the fields of the config, each with a value of its kind or null. */
function resultOf(fields: ExtractField[], found: Record<string, unknown>, model: string) {
  const entries = fields.map((field) => {
    const value = found[field.name] ?? null;
    if (value !== null && !isOfKind(value, field)) {
      throw new NodeError(
        'bad_extraction',
        `The AI gave the field "${field.name}" a value of another kind.`,
        {
          retryable: true,
        },
      );
    }
    return [field.name, value] as const;
  });
  const missing = entries.filter(([, value]) => value === null).map(([name]) => name);
  return { values: Object.fromEntries(entries), missing, complete: missing.length === 0, model };
}

function isOfKind(value: unknown, { type }: ExtractField): boolean {
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === (type === 'boolean' ? 'boolean' : 'string');
}
