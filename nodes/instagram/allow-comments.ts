import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

const config = z.object({
  allow: z
    .boolean()
    .default(false)
    .meta({ title: 'Allow comments', description: 'Off: nobody can comment on the post any more.' }),
  mediaId: templateField('{{ trigger.comment.media.id }}', {
    title: 'Post',
    description: 'The id of the post. Normally the one that was commented on.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Switches the comments of a post on or off. */
export class AllowComments {
  static readonly description = describeNode({
    type: 'instagram.allow_comments',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Comments on or off',
    summary: 'Switches the comments of a post on or off.',
    icon: 'message-circle',
    phrase: '{% if allow %}Allow comments{% else %}Switch comments off{% endif %}',
    docs: [
      'Switches the comments of one post on or off. What was written stays. It does not work for live broadcasts.',
      '',
      'Example: a post gets out of hand → **Comments on or off** (off) → **Notify the team**.',
      '',
      'Source: Instagram Platform, “IG Media”, comment_enabled.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ mediaId: z.string(), allow: z.boolean() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const mediaId = checkedTarget(config.mediaId, 'mediaId', 'post');
    const { account, allow } = config;

    const { success } = await context.effect(
      'allow_comments',
      (signal) => services.instagram.allowComments({ account, mediaId, allow }, signal),
      {
        describe: `Switch the comments of post ${mediaId} ${allow ? 'on' : 'off'}`,
        request: { mediaId, allow },
        dryRunResult: { success: true },
        idempotent: true,
      },
    );
    if (!success) {
      throw new NodeError('not_changed', `Instagram did not change the comments of post ${mediaId}.`);
    }
    return fired('out', { mediaId, allow });
  }
}
