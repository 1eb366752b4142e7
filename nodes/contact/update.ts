import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { fieldNameSchema } from './contact-fields.ts';
import { refuseWithoutPerson } from './wait-for-message.ts';

const fieldSchema = z.object({
  name: fieldNameSchema().meta({
    title: 'Field',
    placeholder: 'city',
    widget: 'text',
    template: false,
  }),
  value: z.unknown().optional().meta({
    title: 'Value',
    description: 'A text, or exactly one {{ }} to keep a list or number as it is. Up to 4 KB.',
    placeholder: '{{ steps.wait_for_reply.output.text }}',
    widget: 'text',
    raw: true,
  }),
});

const config = z
  .object({
    fields: z.array(fieldSchema).max(50).default([]).meta({
      title: 'Fields',
      description: 'What to write down about the person.',
    }),
    remove: z.array(fieldNameSchema()).max(50).default([]).meta({
      title: 'Fields to remove',
      description: 'What is no longer to be known about the person.',
      widget: 'tags',
      template: false,
      advanced: true,
    }),
  })
  .superRefine(({ fields, remove }, context) => {
    for (const [index, { name }] of fields.entries()) {
      if (!remove.includes(name)) continue;
      const message = `"${name}" is to be written and to be removed. Do one of them.`;
      context.addIssue({ code: 'custom', message, path: ['fields', index, 'name'] });
    }
  });

type Config = z.output<typeof config>;

/** Writes down what is known about the person. */
export class ContactUpdate {
  static readonly description = describeNode({
    type: 'contact.update',
    version: 1,
    category: 'contact',
    kind: 'step',
    name: 'Update contact',
    summary: 'Writes down what you know about the person, for this and later flows.',
    icon: 'contact',
    phrase: 'Write down {{ fields | map: "name" | join: ", " }}',
    docs: [
      'Writes fields of the contact: the person whose comment or message started the flow. Other flows read them as `{{ contact.fields.city }}`, and later steps of this one too. A contact has up to 100 fields of 4 KB.',
      '',
      '`{{ contact.username }}`, `{{ contact.name }}` and `{{ contact.tags }}` are there without being written down.',
      '',
      'Example: field `city`, value `{{ steps.wait_for_reply.output.text }}`.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ fields: z.record(z.string(), z.unknown()) }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    refuseWithoutPerson(context);
    const { fields, remove } = context.config;
    const set = Object.fromEntries(fields.map(({ name, value }) => [name, value ?? '']));
    const changes = [...Object.keys(set), ...remove.map((name) => `no ${name}`)];
    await context.effect(
      'update',
      async (signal) => {
        await context.services.contacts.update({ set, remove }, signal);
        return null;
      },
      {
        describe: `Write down about the contact: ${changes.join(', ') || 'nothing'}`,
        request: { set, remove },
        dryRunResult: null,
        idempotent: true,
      },
    );
    return fired('out', { fields: set });
  }
}
