import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { findSent, ownTexts } from './find-sent.ts';
import { checkedMessageText, checkedTarget, excerpt } from './limits.ts';

const config = z.object({
  text: templateField('Thank you for your message! We will answer soon.', {
    title: 'Message',
    description: 'What the person gets as a direct message. Up to 1,000 bytes.',
    placeholder: 'Thank you for your message!',
  }),
  recipientId: templateField('{{ trigger.from.id }}', {
    title: 'To',
    description: 'The id of the person. Normally the one who started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Sends a direct message. */
export class SendMessage {
  static readonly description = describeNode({
    type: 'instagram.send_message',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Send message',
    summary: 'Sends a direct message to the person.',
    icon: 'send',
    phrase: 'Message: {{ text }}',
    docs: [
      'Sends a direct message. Instagram allows it for 24 hours after the last message of the person. To write to somebody who only commented, use **Private reply**.',
      '',
      'Example: `We are open Monday to Friday, 9 to 18.`',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ messageId: z.string(), recipientId: z.string(), text: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const text = checkedMessageText(config.text);
    const recipientId = checkedTarget(config.recipientId, 'recipientId', 'person to write to');
    const { account } = config;

    const { messageId } = await context.effect(
      'message',
      (signal) => services.instagram.sendMessage({ account, recipientId, text }, signal),
      {
        describe: `Message to ${recipientId}: ${excerpt(text)}`,
        request: { recipientId, text },
        dryRunResult: { messageId: 'dry-run' },
        reconcile: async (signal, intendedAt) => {
          const messages = await services.instagram.listMessages({ account, recipientId }, signal);
          const found = findSent(messages, { text, ...ownTexts(context, intendedAt) });
          return found?.done ? { done: true, result: { messageId: found.result.id } } : found;
        },
      },
    );
    return fired('out', { messageId, recipientId, text });
  }
}
