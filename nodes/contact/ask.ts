import type { NodeContext } from '../../engine/node-type.ts';
import { findSent, ownTexts } from '../instagram/find-sent.ts';
import { checkedMessageText, excerpt } from '../instagram/limits.ts';

export type Question = {
  text: string;
  /** Answers to tap below it. */
  options: readonly string[];
  /** Ids of the questions that this step has asked before; the same text may stand among them. */
  before: readonly string[];
};

/**
 * Asks the person whose event started the flow, once, whatever happens in between.
 * @returns the id of the message
 * @throws NodeError when the text is empty or too long, and what sending throws
 */
export async function ask(
  context: NodeContext<unknown>,
  { text, options, before }: Question,
): Promise<string> {
  const { services, trigger } = context;
  const message = {
    account: 'trigger',
    recipientId: trigger.from?.id ?? '',
    text: checkedMessageText(text),
    ...(options.length > 0 && {
      quickReplies: options.map((option) => ({ title: option, payload: option })),
    }),
  };
  const { messageId } = await context.effect(
    `ask-${before.length + 1}`,
    (signal) => services.instagram.sendMessage(message, signal),
    {
      describe: `Question to ${message.recipientId}: ${excerpt(message.text)}`,
      request: message,
      dryRunResult: { messageId: 'dry-run' },
      reconcile: async (signal, intendedAt) => {
        const { account, recipientId } = message;
        const listed = await services.instagram.listMessages({ account, recipientId }, signal);
        const others = listed.filter(({ id }) => !before.includes(id));
        const found = findSent(others, {
          text: message.text,
          ...ownTexts({ config: { account }, trigger }, intendedAt),
        });
        return found?.done ? { done: true, result: { messageId: found.result.id } } : found;
      },
    },
  );
  return messageId;
}
