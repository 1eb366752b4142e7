import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { MessageButton, MessageCard } from '../../engine/services.ts';
import { accountField, templateField } from '../config-fields.ts';
import { findSent, ownTexts } from './find-sent.ts';
import { findSentMedia } from './find-sent-media.ts';
import { checkedLabel, checkedTarget, checkedUrl, excerpt } from './limits.ts';
import { buttonsField, checkedButtons } from './taps.ts';

/** "Button Template": text of 1 to 640 characters. "Generic Template": 10 elements, title and subtitle of 80 each. */
const MAX_TEXT_CHARACTERS = 640;
const MAX_CARDS = 10;
const MAX_CARD_CHARACTERS = 80;

const cardSchema = z.object({
  title: z
    .string()
    .max(500)
    .default('')
    .meta({ title: 'Title', description: 'Up to 80 characters.', placeholder: 'Morning blend' }),
  subtitle: z
    .string()
    .max(500)
    .default('')
    .meta({ title: 'Second line', description: 'Up to 80 characters.' }),
  imageUrl: z.string().max(2_500).default('').meta({
    title: 'Picture',
    description: 'Its public address, with https.',
    placeholder: 'https://…',
  }),
  url: z.string().max(2_500).default('').meta({
    title: 'Page',
    description: 'Opened by a tap on the card itself.',
    placeholder: 'https://…',
    advanced: true,
  }),
  buttons: buttonsField(),
});

const config = z.object({
  text: templateField('What would you like to do?', {
    title: 'Message',
    description: 'The text above the buttons, up to 640 characters. Not shown when there are cards.',
    placeholder: 'What would you like to do?',
  }),
  buttons: buttonsField(),
  cards: z.array(cardSchema).max(MAX_CARDS).default([]).meta({
    title: 'Cards',
    description: 'Instead of a text: up to 10 cards with picture and buttons, to swipe through.',
    advanced: true,
  }),
  recipientId: templateField('{{ trigger.from.id }}', {
    title: 'To',
    description: 'The id of the person. Normally the one who started the flow.',
    widget: 'text',
    advanced: true,
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;
type Content = { text: string; buttons: MessageButton[] } | { cards: MessageCard[] };

/** Sends a message with buttons, or cards. */
export class SendButtons {
  static readonly description = describeNode({
    type: 'instagram.send_buttons',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Send buttons',
    summary: 'Sends a message with buttons, or a row of cards.',
    icon: 'mouse-pointer-click',
    phrase: '{% if cards.size > 0 %}{{ cards.size }} cards{% else %}Buttons: {{ text }}{% endif %}',
    docs: [
      'Sends a text with up to three buttons, or up to ten cards with picture, two lines and buttons. A button opens a page, or starts a flow with the trigger **Button tapped**. Instagram allows it for 24 hours after the last message of the person.',
      '',
      'Example: `What would you like to do?` with the buttons *Open the shop* (`https://…`) and *Talk to us* (`HUMAN`).',
      '',
      'Buttons are not shown on a computer. After an interruption the conversation is looked at; where it can’t be told whether the message arrived, the step stays **uncertain** and asks a person instead of sending it twice.',
      '',
      'Source: Instagram Platform, “Button Template”, “Generic Template”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ messageId: z.string(), recipientId: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const { account } = config;
    const content = contentOf(config);
    const recipientId = checkedTarget(config.recipientId, 'recipientId', 'person to write to');
    const { instagram } = services;

    const { messageId } = await context.effect(
      'buttons',
      (signal) =>
        'cards' in content
          ? instagram.sendCards({ account, recipientId, ...content }, signal)
          : instagram.sendButtons({ account, recipientId, ...content }, signal),
      {
        describe: `${describe(content)} to ${recipientId}`,
        request: { recipientId, ...content },
        dryRunResult: { messageId: 'dry-run' },
        reconcile: async (signal, intendedAt) => {
          const messages = await instagram.listMessages({ account, recipientId }, signal);
          const own = ownTexts(context, intendedAt);
          const byText = 'text' in content ? findSent(messages, { text: content.text, ...own }) : null;
          if (byText?.done) return { done: true, result: { messageId: byText.result.id } };
          return findSentMedia(messages, own);
        },
      },
    );
    return fired('out', { messageId, recipientId });
  }
}

function contentOf(config: Config): Content {
  if (config.cards.length > 0) {
    if (config.buttons.length > 0) {
      throw new NodeError(
        'too_many',
        'Buttons belong to the cards: remove those beside them, or the cards.',
        {
          field: 'buttons',
        },
      );
    }
    return { cards: config.cards.map(checkedCard) };
  }
  const buttons = checkedButtons(config.buttons);
  if (buttons.length === 0) {
    throw new NodeError('missing_target', 'There is no button. Add one, or use Send message.', {
      field: 'buttons',
    });
  }
  return { text: checkedLabel(config.text, 'text', 'The text above buttons', MAX_TEXT_CHARACTERS), buttons };
}

function checkedCard(card: Config['cards'][number], index: number): MessageCard {
  const field = `cards[${index}]`;
  const short = (text: string, name: string, what: string) =>
    checkedLabel(text, `${field}.${name}`, what, MAX_CARD_CHARACTERS);
  const subtitle = card.subtitle.trim() && short(card.subtitle, 'subtitle', 'The second line of a card');
  const imageUrl = card.imageUrl.trim() && checkedUrl(card.imageUrl, `${field}.imageUrl`);
  const url = card.url.trim() && checkedUrl(card.url, `${field}.url`);
  const buttons = checkedButtons(card.buttons, `${field}.buttons`);
  // "At least one property must be set in addition to title."
  if (!subtitle && !imageUrl && !url && buttons.length === 0) {
    throw new NodeError(
      'empty_text',
      'A card needs more than its title: a second line, a picture or a button.',
      {
        field,
      },
    );
  }
  return {
    title: short(card.title, 'title', 'The title of a card'),
    ...(subtitle && { subtitle }),
    ...(imageUrl && { imageUrl }),
    ...(url && { url }),
    buttons,
  };
}

function describe(content: Content): string {
  if ('cards' in content) return `Send ${content.cards.length} cards`;
  const titles = content.buttons.map(({ title }) => `[${title}]`).join(' ');
  return `Send "${excerpt(content.text)}" ${titles}`;
}
