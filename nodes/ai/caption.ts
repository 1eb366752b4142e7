import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';
import { GUARDED_DOCS, GUARDED_OUTPUTS, guardedOutput, guardFields, settleText } from './settle-text.ts';

const config = z.object({
  topic: templateField('', {
    title: 'What the post is about',
    description: 'In your words, with everything that the caption may state: prices, dates, links.',
    placeholder: 'Our new summer bags in three colours, from 49 €, in the shop from 1 June.',
  }),
  instructions: templateField('', {
    title: 'Instructions',
    description: 'How to write: tone, length, what to say and what not.',
    placeholder: 'Cheerful, two short paragraphs.',
  }),
  hashtags: z.number().int().min(0).max(30).default(5).meta({
    title: 'Hashtags',
    description: 'How many. Instagram takes up to 30.',
  }),
  language: z.string().max(40).optional().meta({
    title: 'Language',
    description: 'Leave empty for the language of your words above.',
    placeholder: 'English',
    widget: 'text',
    advanced: true,
  }),
  maxBytes: z.number().int().min(50).max(2_200).default(2_200).meta({
    title: 'Longest caption (bytes)',
    description: 'Instagram takes 2,200 characters.',
    advanced: true,
  }),
  ...guardFields,
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Writes the caption of a post; publishes nothing. */
export class Caption {
  static readonly description = describeNode({
    type: 'ai.caption',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Write a caption',
    summary: 'Writes the caption of a post. Publishes nothing yet.',
    icon: 'captions',
    phrase: 'Caption: {{ topic }}',
    docs: [
      'Writes a caption with hashtags. A later step publishes it.',
      '',
      'Example: **Schedule** → **Write a caption** → **Approval** → **Publish post** with `{{ steps.caption.output.text }}`.',
      '',
      'Without a model the built-in AI puts your words into a template. It is basic. Prices, dates and links that do not stand in your words are not given out.',
      '',
      GUARDED_DOCS,
    ].join('\n'),
    config,
    outputs: GUARDED_OUTPUTS,
    output: z.object(guardedOutput),
  });

  run(context: NodeContext<Config>): Promise<NodeResult> {
    const { topic, instructions, hashtags, language, maxBytes } = context.config;
    return settleText(context, async () => {
      if (topic.trim() === '') {
        throw new NodeError('no_topic', 'Say what the post is about.', { field: 'topic' });
      }
      return context.services.ai.caption(
        {
          ...requestOf(context),
          topic: topic.trim(),
          instructions,
          hashtags,
          maxBytes,
          ...(language && { language }),
        },
        context.signal,
        (token) => context.token(token),
      );
    });
  }
}
