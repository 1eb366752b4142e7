import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import { ATTACHMENT_KINDS } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { messageEventShape } from './event-shape.ts';
import {
  commonFields,
  eventOutput,
  keywordFields,
  passesCommonFilters,
  passesKeywords,
  refuseBadFilters,
} from './filters.ts';
import { matchesName, nameMatchSchema, namesField } from './name-match.ts';

const config = z
  .object({
    ...keywordFields,
    attachments: z.array(z.enum(ATTACHMENT_KINDS)).max(ATTACHMENT_KINDS.length).default([]).meta({
      title: 'Attachments',
      description:
        'Start only when the message has one of these. Leave empty for all messages but the unsupported ones, of which Instagram does not say what they are.',
      advanced: true,
    }),
    quickReplies: z.enum(['any', 'only', 'none']).default('any').meta({
      title: 'Quick replies',
      description: 'only: just taps on your quick replies. none: just what people wrote themselves.',
      advanced: true,
    }),
    payloads: namesField({
      title: 'Payloads of quick replies',
      description: 'Start only for quick replies with these payloads, letter by letter. Leave empty for all.',
      placeholder: 'SIZE_M',
    }).meta({ advanced: true }),
    payloadMatch: nameMatchSchema.default('exact').meta({
      title: 'Match of payloads',
      description: 'exact: the payload is just that. prefix: it begins with that.',
      advanced: true,
    }),
    firstOnly: z.boolean().default(false).meta({
      title: 'Only the first message of a person',
      description: 'Start once for each person: when that person writes to you for the first time.',
      advanced: true,
    }),
    includeEdits: z.boolean().default(false).meta({
      title: 'Also changed messages',
      description: 'Start again when a person changes a message. `trigger.message.isEdited` is then true.',
      advanced: true,
    }),
    includeDeleted: z.boolean().default(false).meta({
      title: 'Also messages taken back',
      description: 'Start when a person takes a message back. `trigger.message.deleted` is then true.',
      advanced: true,
    }),
    ...commonFields,
  })
  .superRefine(refuseBadFilters);

type Config = z.output<typeof config>;

/** Starts a flow when somebody writes a direct message. */
export class MessageTrigger {
  static readonly description = describeNode({
    type: 'trigger.message',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'New message',
    summary: 'Starts when somebody sends you a direct message.',
    icon: 'mail',
    phrase: 'Messages with {{ keywords }}',
    docs: [
      'Starts the flow for every direct message. For 24 hours after it you may answer with **Send message**.',
      '',
      'Later steps can use:',
      '',
      '- `{{ trigger.message.text }}`: what they wrote',
      '- `{{ trigger.from.id }}`: who wrote it',
      '- `{{ trigger.message.attachments[0].url }}`: a picture they sent',
      '- `{{ trigger.message.quickReply }}`: the payload of the quick reply they tapped',
      '- `{{ trigger.referral.adId }}`: the ad they came from, where they did',
      '',
      'Answers to your stories, mentions in stories and taps on buttons have triggers of their own.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: messageEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    const { message } = event;
    return (
      message !== undefined &&
      isWanted(event.kind, config) &&
      passesCommonFilters(event, config) &&
      passesAttachments(message.attachments, config.attachments) &&
      passesQuickReply(message.quickReply, config) &&
      passesKeywords([message.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}

function isWanted(kind: TriggerEvent['kind'], config: Config): boolean {
  return (
    kind === 'message' ||
    (kind === 'message_edit' && config.includeEdits) ||
    (kind === 'message_deleted' && config.includeDeleted)
  );
}

type Attachments = NonNullable<TriggerEvent['message']>['attachments'];

/** Nobody can answer what is unsupported, so it passes only where it is asked for. */
function passesAttachments(attachments: Attachments, wanted: Config['attachments']): boolean {
  if (wanted.length === 0) return attachments.every(({ kind }) => kind !== 'unsupported');
  return attachments.some(({ kind }) => kind !== undefined && wanted.includes(kind));
}

function passesQuickReply(payload: string | undefined, config: Config): boolean {
  if (config.quickReplies === 'only' && payload === undefined) return false;
  if (config.quickReplies === 'none' && payload !== undefined) return false;
  return matchesName(payload, config.payloads, config.payloadMatch);
}
