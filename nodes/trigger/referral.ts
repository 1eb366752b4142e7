import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { referralEventShape } from './event-shape.ts';
import { commonFields, eventOutput, passesCommonFilters } from './filters.ts';
import { matchesName, nameMatchSchema, namesField } from './name-match.ts';
import { refuseBadHours } from './who-and-when.ts';

const config = z
  .object({
    refs: namesField({
      title: 'Refs',
      description:
        'Start only for links with these words after `?ref=`, letter by letter. Leave empty for all.',
      placeholder: 'newsletter',
    }),
    refMatch: nameMatchSchema.default('exact').meta({
      title: 'Match',
      description:
        'exact: the ref is just that. prefix: it begins with that, as `flyer-` does for `flyer-berlin`.',
    }),
    sources: z.enum(['any', 'links', 'ads']).default('any').meta({
      title: 'From',
      description: 'links: ig.me links. ads: ads that lead to a conversation.',
      advanced: true,
    }),
    includeFirst: z.boolean().default(true).meta({
      title: 'Also new conversations',
      description:
        'Instagram announces the link itself only to people you have talked to before. Others bring it with what they first write or tap. On: these start the flow too.',
      advanced: true,
    }),
    ...commonFields,
  })
  .superRefine(refuseBadHours);

type Config = z.output<typeof config>;

/** Starts a flow when somebody comes by an ig.me link or an ad. */
export class ReferralTrigger {
  static readonly description = describeNode({
    type: 'trigger.referral',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Came by a link',
    summary: 'Starts when somebody opens your chat by a link or an ad.',
    icon: 'link',
    phrase: 'Came by {{ refs }}',
    docs: [
      'Starts the flow when a person opens your chat by a link like `https://ig.me/m/yourname?ref=newsletter` or by an ad.',
      '',
      '`{{ trigger.referral.ref }}` is the word after `?ref=`, `{{ trigger.referral.adId }}` the ad.',
      '',
      'To somebody who wrote to you before, this flow may send messages for 24 hours after they opened the link. A tap on an ad allows none by itself: there, and for people who are new, what they write or tap next does.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: referralEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    const { referral } = event;
    const isKind =
      event.kind === 'referral' ||
      (config.includeFirst && (event.kind === 'message' || event.kind === 'postback'));
    return (
      isKind &&
      referral !== undefined &&
      (config.sources === 'any' || (config.sources === 'ads') === isAd(referral)) &&
      matchesName(referral.ref, config.refs, config.refMatch) &&
      passesCommonFilters(event, config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}

function isAd(referral: NonNullable<TriggerEvent['referral']>): boolean {
  return referral.adId !== undefined || referral.source?.toUpperCase() === 'ADS';
}
