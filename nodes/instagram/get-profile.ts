import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

const config = z.object({
  personId: templateField('{{ trigger.from.id }}', {
    title: 'Person',
    description: 'The id of the person. Normally the one who started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Reads who a person is. */
export class GetProfile {
  static readonly description = describeNode({
    type: 'instagram.get_profile',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Get profile',
    summary: 'Reads the name, picture and follower count of the person.',
    icon: 'user-round',
    phrase: 'Get the profile',
    docs: [
      'Reads name, username, picture, how many followers the person has, and whether they follow you. What Instagram does not say is left out. It is asked once a day and person.',
      '',
      'Example: **Get profile** → **Condition** `{{ steps.profile.output.isFollower }}` is `true`.',
      '',
      'Instagram answers only for people who wrote to you or tapped a button; for somebody who only commented the step fails with `instagram_permission`. Set *On error* to its own output to go on without it.',
      '',
      'Source: Instagram Platform, “User Profile API”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      personId: z.string(),
      username: z.string().optional(),
      name: z.string().optional(),
      profilePictureUrl: z.string().optional(),
      followerCount: z.number().optional(),
      isFollower: z.boolean().optional(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services, signal } = context;
    const personId = checkedTarget(config.personId, 'personId', 'person');
    const profile = await services.instagram.getProfile({ account: config.account, personId }, signal);
    return fired('out', { personId, ...profile });
  }
}
