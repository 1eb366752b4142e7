import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';

const valueSchema = z.object({
  name: z
    .string()
    .max(60)
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'Start with a letter; then letters, digits and "_".')
    .meta({ title: 'Name', placeholder: 'discount_code', widget: 'text', template: false }),
  value: z.unknown().optional().meta({
    title: 'Value',
    description: 'A text, or exactly one {{ }} to keep a list or number as it is.',
    placeholder: '{{ trigger.from.username }}',
    widget: 'text',
    raw: true,
  }),
});

const config = z.object({
  values: z.array(valueSchema).max(50).default([]).meta({
    title: 'Values',
    description: 'Things to remember under a name for later steps.',
  }),
});

type Config = z.output<typeof config>;

/** Gives names to values for later steps. */
export class SetValues {
  static readonly description = describeNode({
    type: 'logic.set',
    version: 1,
    category: 'logic',
    kind: 'step',
    isPure: true,
    name: 'Set values',
    summary: 'Remembers values under names of your own, for later steps.',
    icon: 'variable',
    phrase: 'Set {{ values | map: "name" | join: ", " }}',
    docs: [
      'Gives names to values, so that a text which you use often stands in one place.',
      '',
      'Example: name `link`, value `https://shop.example/sale`. Later steps write `{{ steps.set.output.link }}`.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.record(z.string(), z.unknown()),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const values = context.config.values.map(({ name, value }) => [name, value ?? null] as const);
    return fired('out', Object.fromEntries(values));
  }
}
