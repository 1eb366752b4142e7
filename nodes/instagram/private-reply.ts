import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { MessageButton, QuickReply } from '../../engine/services.ts';
import { accountField, templateField } from '../config-fields.ts';
import { findSent, ownTexts } from './find-sent.ts';
import { checkedMessageText, checkedTarget, excerpt } from './limits.ts';
import { buttonsField, checkedButtons, checkedQuickReplies, quickRepliesField } from './taps.ts';

const config = z.object({
  text: templateField('Hi {{ trigger.from.username }}, thank you for your comment! How can I help?', {
    title: 'Message',
    description: 'What the person gets as a direct message. Up to 1,000 bytes.',
    placeholder: 'Hi {{ trigger.from.username }}, here is the link: …',
  }),
  quickReplies: quickRepliesField(),
  buttons: buttonsField({ advanced: true }),
  commentId: templateField('{{ trigger.comment.id }}', {
    title: 'Comment',
    description: 'The comment whose author is written to. Normally the one that started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Writes a direct message to the author of a comment. */
export class PrivateReply {
  static readonly description = describeNode({
    type: 'instagram.private_reply',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Private reply',
    summary: 'Sends a direct message to the person who commented.',
    icon: 'message-square-lock',
    phrase: 'Private reply: {{ text }}',
    docs: [
      'Sends a direct message to the person who commented. Instagram allows **one** per comment, within 7 days; under a live broadcast only while it runs.',
      '',
      'Whether you may write more depends on the person: once they answer, you have 24 hours.',
      '',
      'Example: `Hi {{ trigger.from.username }}, here is the link you asked for: https://…`',
      '',
      'It may have quick replies or up to three buttons, not both. Quick replies are not shown among message requests, where the messages of people who don’t follow you land; buttons are.',
      '',
      'Source: Instagram Platform, “Private Replies”; its example is a text, its message the one of “Send Messages”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ messageId: z.string(), recipientId: z.string(), text: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services, trigger } = context;
    const text = checkedMessageText(config.text);
    const commentId = checkedTarget(config.commentId, 'commentId', 'comment to answer');
    const { account } = config;
    const taps = tapsOf(config);
    const authorId = trigger.comment?.id === commentId ? trigger.from?.id : undefined;

    const sent = await context.effect(
      'private_reply',
      (signal) => services.instagram.privateReply({ account, commentId, text, ...taps }, signal),
      {
        describe: `Private reply to comment ${commentId}: ${excerpt(text)}`,
        request: { commentId, text, ...taps },
        dryRunResult: { messageId: 'dry-run', recipientId: authorId ?? 'dry-run' },
        reconcile: async (signal, intendedAt) => {
          if (authorId === undefined) return null;
          const messages = await services.instagram.listMessages({ account, recipientId: authorId }, signal);
          const found = findSent(messages, { text, ...ownTexts(context, intendedAt) });
          return found?.done
            ? { done: true, result: { messageId: found.result.id, recipientId: authorId } }
            : found;
        },
      },
    );
    return fired('out', { ...sent, text });
  }
}

function tapsOf(config: Config): { quickReplies: QuickReply[] } | { buttons: MessageButton[] } | false {
  const quickReplies = checkedQuickReplies(config.quickReplies);
  const buttons = checkedButtons(config.buttons);
  if (quickReplies.length > 0 && buttons.length > 0) {
    throw new NodeError('too_many', 'A message has quick replies or buttons, not both. Remove one of them.', {
      field: 'buttons',
    });
  }
  if (buttons.length > 0) return { buttons };
  return quickReplies.length > 0 && { quickReplies };
}
