import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { tagsField, tidyTags } from './contact-fields.ts';
import { refuseWithoutPerson } from './wait-for-message.ts';

const config = z.object({
  add: tagsField({
    title: 'Add tags',
    description: 'Short words that say what the person is to you. Templates work: interest {{ … }}.',
    placeholder: 'Type a tag and press Enter',
  }),
  remove: tagsField({
    title: 'Remove tags',
    description: 'Tags that no longer fit.',
    placeholder: 'Type a tag and press Enter',
    advanced: true,
  }),
});

type Config = z.output<typeof config>;

/** Adds tags to the person, or takes them away. */
export class ContactTag {
  static readonly description = describeNode({
    type: 'contact.tag',
    version: 1,
    category: 'contact',
    kind: 'step',
    name: 'Tag contact',
    summary: 'Adds tags to the person, or takes them away.',
    icon: 'tags',
    phrase: 'Tag: {{ add | join: ", " }}',
    docs: [
      'Adds tags to the contact: the person whose comment or message started the flow. A tag that is there already is not added twice; one that is added and removed is removed. A contact has up to 50.',
      '',
      'A **Condition** finds them: `{{ contact.tags }}` contains `customer`.',
      '',
      'Example: tag `newsletter` after the e-mail address was collected.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ tags: z.array(z.string()) }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    refuseWithoutPerson(context);
    const remove = tidyTags(context.config.remove);
    const add = tidyTags(context.config.add).filter((tag) => !remove.includes(tag));
    const changes = [...add.map((tag) => `+${tag}`), ...remove.map((tag) => `−${tag}`)];
    const { tags } = await context.effect(
      'tag',
      async (signal) => {
        const contact = await context.services.contacts.tag({ add, remove }, signal);
        return { tags: contact.tags };
      },
      {
        describe: `Tag the contact: ${changes.join(', ') || 'nothing'}`,
        request: { add, remove },
        dryRunResult: { tags: add },
        idempotent: true,
      },
    );
    return fired('out', { tags });
  }
}
