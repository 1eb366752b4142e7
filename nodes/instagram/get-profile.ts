import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { InsightsOf } from '../../engine/services.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedTarget } from './limits.ts';

/** The longest stretch that the platform adds up ("Instagram Account Insights", `since` and `until`). */
const MOST_DAYS = 30;
const MAX_METRICS = 20;
const DAY_MS = 86_400_000;

const config = z.object({
  what: z.enum(['person', 'account', 'insights', 'business_discovery']).default('person').meta({
    title: 'What',
    description:
      'person: who started the flow. account: your own profile. insights: figures of your account or of a post. business_discovery: another business, by its username.',
  }),
  username: templateField('', {
    title: 'Username',
    description: 'For business_discovery: of the other business or creator.',
    placeholder: 'bluebottle',
    widget: 'text',
  }),
  mediaId: templateField('', {
    title: 'Post',
    description: 'For insights: the id of a post. Empty for those of the whole account.',
    placeholder: '{{ trigger.comment.media.id }}',
    widget: 'text',
  }),
  metrics: z
    .array(z.string().max(64).meta({ title: 'Figure', placeholder: 'reach', template: false }))
    .max(MAX_METRICS)
    .default([])
    .meta({
      title: 'Figures',
      description: 'For insights: by Instagram’s names. Empty for views, reach and interactions.',
      advanced: true,
    }),
  days: z.number().int().min(1).max(MOST_DAYS).default(7).meta({
    title: 'Days',
    description: 'For insights of the account: of how many days up to now.',
    advanced: true,
  }),
  personId: templateField('{{ trigger.from.id }}', {
    title: 'Person',
    description: 'For person: their id. Normally the one who started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;

/** Reads who somebody is, and how an account or a post does. */
export class GetProfile {
  static readonly description = describeNode({
    type: 'instagram.get_profile',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Get profile',
    summary: 'Reads who the person is, your own profile and its figures, or another business.',
    icon: 'user-round',
    phrase: 'Get the profile: {{ what | replace: "_", " " }}',
    docs: [
      'What Instagram does not say is left out, so use conditions that also fit when it is missing.',
      '',
      '- **person**: name, username, picture, how many followers the person has, and whether they follow you. Asked once a day and person. Instagram answers only for people who wrote to you or tapped a button; for somebody who only commented the step fails with `instagram_permission`.',
      '- **account**: your own name, picture and numbers of followers and posts.',
      '- **insights**: figures of a post since it was published, or of your account in the last days. Needs the permission to read figures. A story that fewer than five people have seen has none.',
      '- **business_discovery**: name, picture, biography, numbers of followers and posts of another business or creator. Only for accounts that you connected over Facebook; a private person’s name fails with `instagram_gone`.',
      '',
      'Example: **Get profile** → **Condition** `{{ steps.profile.output.isFollower }}` is `true`. Or, with insights: `{{ steps.profile.output.metrics.reach }}` is more than `1000`.',
      '',
      'Set *On error* to its own output to go on without what can’t be read.',
      '',
      'Source: Instagram Platform, “User Profile API”, “IG User”, “Instagram Account Insights”, “Instagram Media Insights”, “Business Discovery”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      personId: z.string().optional(),
      id: z.string().optional(),
      username: z.string().optional(),
      name: z.string().optional(),
      profilePictureUrl: z.string().optional(),
      followerCount: z.number().optional(),
      isFollower: z.boolean().optional(),
      followsCount: z.number().optional(),
      mediaCount: z.number().optional(),
      biography: z.string().optional(),
      website: z.string().optional(),
      metrics: z.record(z.string(), z.number()).optional(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services, signal } = context;
    const { instagram } = services;
    const { account } = config;
    switch (config.what) {
      case 'person': {
        const personId = checkedTarget(config.personId, 'personId', 'person');
        return fired('out', { personId, ...(await instagram.getProfile({ account, personId }, signal)) });
      }
      case 'account':
        return fired('out', await instagram.getAccount({ account }, signal));
      case 'insights': {
        const of = insightsOf(context);
        const metrics = checkedMetrics(config.metrics);
        return fired('out', {
          ...of,
          metrics: await instagram.getInsights({ account, of, metrics }, signal),
        });
      }
      case 'business_discovery': {
        const username = checkedUsername(config.username);
        return fired('out', await instagram.discoverBusiness({ account, username }, signal));
      }
      default:
        return config.what satisfies never;
    }
  }
}

function insightsOf({ config, now }: NodeContext<Config>): InsightsOf {
  const mediaId = config.mediaId.trim();
  if (mediaId !== '') return { mediaId };
  const until = now();
  const since = new Date(until.getTime() - config.days * DAY_MS);
  return { since: since.toISOString(), until: until.toISOString() };
}

function checkedMetrics(metrics: readonly string[]): string[] {
  const given = metrics.map((metric) => metric.trim()).filter((metric) => metric !== '');
  const strange = given.find((metric) => !/^[a-z][a-z0-9_]*$/.test(metric));
  if (strange === undefined) return [...new Set(given)];
  throw new NodeError(
    'bad_metric',
    `"${strange}" is no name of a figure. Write it as Instagram does: small letters and "_", like total_interactions.`,
    { field: 'metrics' },
  );
}

/** It becomes part of an expression that the platform reads, so nothing but a name may pass. */
function checkedUsername(username: string): string {
  const name = checkedTarget(username, 'username', 'username').replace(/^@/, '');
  if (/^[A-Za-z0-9._]{1,30}$/.test(name)) return name;
  throw new NodeError(
    'bad_username',
    `"${name.slice(0, 60)}" is no username of Instagram: letters, digits, "." and "_", up to 30.`,
    { field: 'username' },
  );
}
