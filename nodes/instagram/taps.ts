import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { MessageButton, QuickReply } from '../../engine/services.ts';
import { checkedLabel, checkedUrl } from './limits.ts';

/**
 * What a person can tap below a message. Sources: "Quick Replies" (13 of them, 20 characters each), "Button Template" and
 * "Generic Template" (3 buttons each) of the Instagram Platform documentation.
 */

const MAX_QUICK_REPLIES = 13;
export const MAX_BUTTONS = 3;
const MAX_TITLE_CHARACTERS = 20;
const MAX_PAYLOAD_CHARACTERS = 1_000;

const quickReplySchema = z.object({
  title: z.string().max(500).default('').meta({
    title: 'Text',
    description: 'Up to 20 characters. Tapped, it is sent as the person’s message.',
    placeholder: 'Yes, please',
  }),
  payload: z.string().max(1_000).default('').meta({
    title: 'Keyword',
    description:
      'What your flow gets with the tap, as {{ trigger.message.quickReply }}. Empty: the text itself.',
    placeholder: 'YES',
    advanced: true,
  }),
});

const buttonSchema = z.object({
  title: z
    .string()
    .max(500)
    .default('')
    .meta({ title: 'Text', description: 'Up to 20 characters.', placeholder: 'Open the shop' }),
  action: z.enum(['url', 'postback']).default('url').meta({
    title: 'When tapped',
    description: 'url: opens a page. postback: starts a flow with the trigger Button tapped.',
  }),
  value: z.string().max(2_500).default('').meta({
    title: 'Address or keyword',
    description: 'The page to open (https://…), or what the flow gets with the tap.',
    placeholder: 'https://…',
  }),
});
export type ButtonConfig = z.output<typeof buttonSchema>;

export function quickRepliesField() {
  return z.array(quickReplySchema).max(MAX_QUICK_REPLIES).default([]).meta({
    title: 'Quick replies',
    description: 'Answers to tap, shown below the message until one is tapped. Up to 13.',
    advanced: true,
  });
}

export function buttonsField(hints: { advanced?: boolean } = {}) {
  return z
    .array(buttonSchema)
    .max(MAX_BUTTONS)
    .default([])
    .meta({ title: 'Buttons', description: 'Up to 3; they stay below the message.', ...hints });
}

/** @throws NodeError about the first that Instagram would not take */
export function checkedQuickReplies(replies: z.output<typeof quickReplySchema>[]): QuickReply[] {
  return replies.map(({ title, payload }, index) => {
    const field = `quickReplies[${index}]`;
    const label = checkedLabel(title, `${field}.title`, 'A quick reply', MAX_TITLE_CHARACTERS);
    return { title: label, payload: checkedPayload(payload, `${field}.payload`) || label };
  });
}

/** @throws NodeError about the first that Instagram would not take */
export function checkedButtons(buttons: ButtonConfig[], path = 'buttons'): MessageButton[] {
  return buttons.map(({ title, action, value }, index) => {
    const field = `${path}[${index}]`;
    const label = checkedLabel(title, `${field}.title`, 'A button', MAX_TITLE_CHARACTERS);
    return action === 'url'
      ? { type: 'url', title: label, url: checkedUrl(value, `${field}.value`) }
      : { type: 'postback', title: label, payload: checkedPayload(value, `${field}.value`) || label };
  });
}

function checkedPayload(payload: string, field: string): string {
  const trimmed = payload.trim();
  if (trimmed.length <= MAX_PAYLOAD_CHARACTERS) return trimmed;
  throw new NodeError(
    'text_too_long',
    `A keyword may have ${MAX_PAYLOAD_CHARACTERS.toLocaleString('en')} characters; this one has ${trimmed.length.toLocaleString('en')}.`,
    { field },
  );
}
