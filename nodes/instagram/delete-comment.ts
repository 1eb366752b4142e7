import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

const config = z.object({
  commentId: templateField('{{ trigger.comment.id }}', {
    title: 'Comment',
    description: 'The comment to delete. Normally the one that started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Deletes a comment for good. */
export class DeleteComment {
  static readonly description = describeNode({
    type: 'instagram.delete_comment',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Delete comment',
    summary: 'Deletes the comment for good.',
    icon: 'trash-2',
    phrase: 'Delete the comment',
    docs: [
      'Deletes the comment with all answers to it. It can’t be brought back; when in doubt, use **Hide comment**.',
      '',
      'Example: **Sort by meaning** → spam → **Wait for a person to approve** → **Delete comment**.',
      '',
      'After an interruption Instagram is asked whether the comment is still there.',
      '',
      'Source: Instagram Platform, “IG Comment”, deleting.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ commentId: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const commentId = checkedTarget(config.commentId, 'commentId', 'comment to delete');
    const { account } = config;

    const { success } = await context.effect<{ success: boolean }>(
      'delete',
      (signal) => services.instagram.deleteComment({ account, commentId }, signal),
      {
        describe: `Delete comment ${commentId}`,
        request: { commentId },
        dryRunResult: { success: true },
        reconcile: async (signal) => {
          const exists = await services.instagram.commentExists({ account, commentId }, signal);
          return exists ? { done: false } : { done: true, result: { success: true } };
        },
      },
    );
    if (!success) throw new NodeError('not_deleted', `Instagram did not delete comment ${commentId}.`);
    return fired('out', { commentId });
  }
}
