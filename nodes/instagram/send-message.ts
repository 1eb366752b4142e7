import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired, waitFor } from '../../engine/node-type.ts';
import type { QuickReply } from '../../engine/services.ts';
import { accountField, templateField } from '../config-fields.ts';
import { findSent, ownTexts } from './find-sent.ts';
import { checkedMessageText, checkedTarget, excerpt, MAX_MESSAGE_BYTES } from './limits.ts';
import { splitText } from './split-text.ts';
import { checkedQuickReplies, quickRepliesField } from './taps.ts';

const LONGEST_TYPING_SECONDS = 20;
/** A text that needs more messages than this is no chat message any more. */
const MAX_PARTS = 10;

const config = z.object({
  text: templateField('Thank you for your message! We will answer soon.', {
    title: 'Message',
    description: 'What the person gets as a direct message. Up to 1,000 bytes.',
    placeholder: 'Thank you for your message!',
  }),
  quickReplies: quickRepliesField(),
  longText: z.enum(['refuse', 'split']).default('refuse').meta({
    title: 'A text that is too long',
    description:
      'refuse: the step fails. split: it is sent as several messages, cut at the ends of sentences.',
    advanced: true,
  }),
  markSeen: z.boolean().default(false).meta({
    title: 'Show as seen first',
    description: 'Marks the person’s message as seen before yours is sent.',
    advanced: true,
  }),
  typingSeconds: z.number().int().min(0).max(LONGEST_TYPING_SECONDS).default(0).meta({
    title: 'Typing, in seconds',
    description: 'Shows “typing…” for so long before the message. 0: not at all.',
    advanced: true,
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
type Part = { recipientId: string; text: string; quickReplies: QuickReply[] };

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
      '',
      '**Quick replies** are answers to tap: up to 13, of 20 characters each. A tap comes back as a message; `{{ trigger.message.quickReply }}` is its keyword. They are not shown on a computer.',
      '',
      'A longer text than 1,000 bytes is refused, or sent as several messages (up to 10).',
      '',
      'After an interruption the conversation is looked at, so that nothing is sent twice.',
      '',
      'Source: Instagram Platform, “Send Messages”, “Quick Replies”, “Sender Actions”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      messageId: z.string(),
      recipientId: z.string(),
      text: z.string(),
      messageIds: z.array(z.string()),
    }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config } = context;
    const texts = partsOf(config);
    const quickReplies = checkedQuickReplies(config.quickReplies);
    const recipientId = checkedTarget(config.recipientId, 'recipientId', 'person to write to');

    if (!context.resume) {
      if (config.markSeen) await showPresence(context, recipientId, 'mark_seen');
      if (config.typingSeconds > 0) {
        await showPresence(context, recipientId, 'typing_on');
        const until = new Date(context.now().getTime() + config.typingSeconds * 1_000);
        if (!context.dryRun) return waitFor({ for: 'time', until: until.toISOString() });
      }
    }

    const messageIds: string[] = [];
    for (const [index, text] of texts.entries()) {
      const isLast = index === texts.length - 1;
      const part = { recipientId, text, quickReplies: isLast ? quickReplies : [] };
      messageIds.push(await send(context, index, part, messageIds));
    }
    return fired('out', {
      messageId: messageIds.at(-1) ?? '',
      recipientId,
      text: texts.join('\n'),
      messageIds,
    });
  }
}

/** @param earlier ids of the parts before, which may have the same text */
async function send(
  context: NodeContext<Config>,
  index: number,
  { recipientId, text, quickReplies }: Part,
  earlier: readonly string[],
): Promise<string> {
  const { account } = context.config;
  const { instagram } = context.services;
  const taps = quickReplies.length > 0 && { quickReplies };
  const { messageId } = await context.effect(
    index === 0 ? 'message' : `message_${index + 1}`,
    (signal) => instagram.sendMessage({ account, recipientId, text, ...taps }, signal),
    {
      describe: `Message to ${recipientId}: ${excerpt(text)}`,
      request: { recipientId, text, ...taps },
      dryRunResult: { messageId: 'dry-run' },
      reconcile: async (signal, intendedAt) => {
        const messages = await instagram.listMessages({ account, recipientId }, signal);
        const others = messages.filter(({ id }) => !earlier.includes(id));
        const found = findSent(others, { text, ...ownTexts(context, intendedAt) });
        return found?.done ? { done: true, result: { messageId: found.result.id } } : found;
      },
    },
  );
  return messageId;
}

function partsOf({ text, longText }: Config): string[] {
  if (longText === 'refuse') return [checkedMessageText(text)];
  const parts = splitText(text, MAX_MESSAGE_BYTES);
  if (parts.length > MAX_PARTS) {
    throw new NodeError(
      'text_too_long',
      `The text needs ${parts.length} messages; at most ${MAX_PARTS} are sent. Make it shorter.`,
      { field: 'text' },
    );
  }
  return parts.length === 0 ? [checkedMessageText(text)] : parts;
}

/** A courtesy: where the platform does not want it, the message is sent all the same. */
async function showPresence(
  context: NodeContext<Config>,
  recipientId: string,
  action: 'mark_seen' | 'typing_on',
): Promise<void> {
  const { account } = context.config;
  try {
    await context.effect(
      action,
      async (signal) => {
        await context.services.instagram.senderAction({ account, recipientId, action }, signal);
        return null;
      },
      {
        describe: action === 'typing_on' ? `Show typing to ${recipientId}` : `Show ${recipientId} as read`,
        dryRunResult: null,
        idempotent: true,
      },
    );
  } catch (error) {
    if (!(error instanceof NodeError) || error.retryable || error.code === 'step_closed') throw error;
    context.log(`Not shown: ${error.message}`, undefined, 'warn');
  }
}
