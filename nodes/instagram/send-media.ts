import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { accountField, templateField } from '../config-fields.ts';
import { ownTexts } from './find-sent.ts';
import { findSentMedia } from './find-sent-media.ts';
import { checkedTarget, checkedUrl } from './limits.ts';

const MAX_PICTURES = 10;

const config = z.object({
  media: z.enum(['image', 'video', 'audio']).default('image').meta({
    title: 'What',
    description:
      'image: JPEG or PNG up to 8 MB. video: MP4, MOV, WebM up to 25 MB. audio: M4A, WAV up to 25 MB.',
  }),
  urls: z
    .array(z.string().max(2_500).meta({ title: 'Address', placeholder: 'https://…' }))
    .max(MAX_PICTURES)
    .default([''])
    .meta({
      title: 'Addresses',
      description:
        'Where Instagram gets the file: a public address with https. Several only for pictures, up to 10.',
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

/** Sends pictures, a video or a sound as a direct message. */
export class SendMedia {
  static readonly description = describeNode({
    type: 'instagram.send_media',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Send media',
    summary: 'Sends pictures, a video or a sound as a direct message.',
    icon: 'image',
    phrase: 'Send {{ media }}: {{ urls | join: ", " }}',
    docs: [
      'Sends one video, one sound, or one to ten pictures. Instagram gets the file from the address that you give, so it must be public and begin with https. It is allowed for 24 hours after the last message of the person.',
      '',
      'Example: a picture of the menu, `https://example.com/menu.jpg`.',
      '',
      'After an interruption the conversation is looked at. Instagram does not say what a picture shows: where it can’t be told whether it was yours that arrived, the step stays **uncertain** and asks a person instead of sending it twice.',
      '',
      'Source: Instagram Platform, “Send Messages”, media.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ messageId: z.string(), recipientId: z.string(), urls: z.array(z.string()) }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const { account, media } = config;
    const urls = checkedUrls(config);
    const recipientId = checkedTarget(config.recipientId, 'recipientId', 'person to write to');

    const { messageId } = await context.effect(
      'media',
      (signal) => services.instagram.sendMedia({ account, recipientId, media, urls }, signal),
      {
        describe: `Send ${media} to ${recipientId}: ${urls.join(', ')}`,
        request: { recipientId, media, urls },
        dryRunResult: { messageId: 'dry-run' },
        reconcile: async (signal, intendedAt) => {
          const messages = await services.instagram.listMessages({ account, recipientId }, signal);
          return findSentMedia(messages, ownTexts(context, intendedAt));
        },
      },
    );
    return fired('out', { messageId, recipientId, urls });
  }
}

function checkedUrls({ media, urls }: Config): string[] {
  const given = urls.map((url) => url.trim()).filter((url) => url !== '');
  if (given.length === 0) {
    throw new NodeError('missing_target', 'There is nothing to send: give the address of the file.', {
      field: 'urls',
    });
  }
  if (media !== 'image' && given.length > 1) {
    throw new NodeError('too_many', `Only pictures can be sent several at a time; this is ${media}.`, {
      field: 'urls',
    });
  }
  return given.map((url, index) => checkedUrl(url, `urls[${index}]`));
}
