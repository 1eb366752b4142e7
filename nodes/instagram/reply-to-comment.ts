import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { findSent, ownTexts } from './find-sent.ts';
import { checkedCommentText, checkedTarget, excerpt } from './limits.ts';

const config = z.object({
  text: templateField('Thank you, @{{ trigger.from.username }}! ❤️', {
    title: 'Reply',
    description: 'What is written under the comment, for all to see. Up to 2,200 characters.',
    placeholder: 'Thank you, @{{ trigger.from.username }}!',
  }),
  commentId: templateField('{{ trigger.comment.id }}', {
    title: 'Comment',
    description: 'The comment to answer. Normally the one that started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Answers a comment in public. */
export class ReplyToComment {
  static readonly description = describeNode({
    type: 'instagram.reply_to_comment',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Reply to comment',
    summary: 'Answers under the comment, for everyone to see.',
    icon: 'reply',
    phrase: 'Reply: {{ text }}',
    docs: [
      'Writes a public answer under the comment. When the comment is itself an answer to another one, yours goes into the same thread.',
      '',
      'Example: `Thank you, @{{ trigger.from.username }}! ❤️`',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ id: z.string(), text: z.string(), commentId: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const text = checkedCommentText(config.text);
    const commentId = threadOf(checkedTarget(config.commentId, 'commentId', 'comment to answer'), context);
    const { account } = config;

    const { id } = await context.effect(
      'reply',
      (signal) => services.instagram.replyToComment({ account, commentId, text }, signal),
      {
        describe: `Reply to comment ${commentId}: ${excerpt(text)}`,
        request: { commentId, text },
        dryRunResult: { id: 'dry-run' },
        reconcile: async (signal, intendedAt) => {
          const replies = await services.instagram.listReplies({ account, commentId }, signal);
          const found = findSent(replies, { text, ...ownTexts(context, intendedAt) });
          return found?.done ? { done: true, result: { id: found.result.id } } : found;
        },
      },
    );
    return fired('out', { id, text, commentId });
  }
}

/** Only comments directly under a post take replies; the answer to a reply goes to the comment above it. */
function threadOf(commentId: string, { trigger }: NodeContext<Config>): string {
  const { comment } = trigger;
  return comment?.id === commentId && comment.parentId ? comment.parentId : commentId;
}
