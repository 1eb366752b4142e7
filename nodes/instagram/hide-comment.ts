import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

const config = z.object({
  commentId: templateField('{{ trigger.comment.id }}', {
    title: 'Comment',
    description: 'The comment to hide. Normally the one that started the flow.',
    widget: 'text',
    advanced: true,
  }),
  hide: z.boolean().default(true).meta({
    title: 'Hide it',
    description: 'Off: shows a hidden comment again.',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Hides a comment, or shows it again. */
export class HideComment {
  static readonly description = describeNode({
    type: 'instagram.hide_comment',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Hide comment',
    summary: 'Hides the comment from everyone but its author.',
    icon: 'eye-off',
    phrase: 'Hide the comment',
    docs: [
      'Hides the comment. Its author still sees it, nobody else does, and you can show it again. It is not deleted.',
      '',
      'Example: **Sort by meaning** → spam → **Hide comment**.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ commentId: z.string(), hidden: z.boolean() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const commentId = checkedTarget(config.commentId, 'commentId', 'comment to hide');
    const { account, hide } = config;

    const { success } = await context.effect(
      'hide',
      (signal) => services.instagram.hideComment({ account, commentId, hide }, signal),
      {
        describe: `${hide ? 'Hide' : 'Show'} comment ${commentId}`,
        request: { commentId, hide },
        dryRunResult: { success: true },
        idempotent: true,
      },
    );
    if (!success) {
      throw new NodeError(
        'not_hidden',
        `Instagram did not ${hide ? 'hide' : 'show'} comment ${commentId}. It may have been deleted.`,
      );
    }
    return fired('out', { commentId, hidden: hide });
  }
}
