import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

const config = z.object({
  remove: z.boolean().default(false).meta({
    title: 'Take it back',
    description: 'Removes the account’s reaction instead of setting one.',
    advanced: true,
  }),
  messageId: templateField('{{ trigger.message.id }}', {
    title: 'Message',
    description: 'The message to react to. Normally the one that started the flow.',
    widget: 'text',
    advanced: true,
  }),
  recipientId: templateField('{{ trigger.from.id }}', {
    title: 'Person',
    description: 'The id of who wrote the message. Normally the one who started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Puts a heart on a message, or takes it back. */
export class React {
  static readonly description = describeNode({
    type: 'instagram.react',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'React',
    summary: 'Puts a heart on the message.',
    icon: 'heart',
    phrase: '{% if remove %}Take the heart back{% else %}React with a heart{% endif %}',
    docs: [
      'Puts a heart on the message, or takes it back. Only direct messages can be reacted to, within 24 hours of the last message of the person; Instagram offers nothing of the kind for comments.',
      '',
      'Example: **Story mention** → **React**.',
      '',
      'A heart that is there already stays one heart, so after an interruption it is simply set again.',
      '',
      'Source: Instagram Platform, “Send Messages”, reactions.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ messageId: z.string(), reaction: z.string().nullable() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const { account, remove } = config;
    const messageId = checkedTarget(config.messageId, 'messageId', 'message to react to');
    const recipientId = checkedTarget(config.recipientId, 'recipientId', 'person');
    const reaction = remove ? null : 'love';

    await context.effect(
      'react',
      async (signal) => {
        await services.instagram.react({ account, recipientId, messageId, reaction }, signal);
        return null;
      },
      {
        describe: remove ? `Take back the heart on message ${messageId}` : `Heart on message ${messageId}`,
        request: { recipientId, messageId, reaction },
        dryRunResult: null,
        idempotent: true,
      },
    );
    return fired('out', { messageId, reaction });
  }
}
