import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'Whose mood is read. Normally what the person wrote.',
  }),
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Goes on by the mood of a text. */
export class Sentiment {
  static readonly description = describeNode({
    type: 'ai.sentiment',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Read the mood',
    summary: 'Tells whether somebody is happy, neutral or unhappy.',
    icon: 'smile',
    phrase: 'Mood of {{ text }}',
    docs: [
      'Reads the mood of a text and goes on through **positive**, **neutral** or **negative**. `{{ steps.sentiment.output.score }}` goes from -1 (very unhappy) to 1 (very happy).',
      '',
      'Example: negative → **Hand over to a person**.',
      '',
      'Without a model the built-in AI goes by words and emoji in six languages. It is basic: it takes irony at its word.',
    ].join('\n'),
    config,
    outputs: [{ id: 'positive' }, { id: 'neutral' }, { id: 'negative' }],
    output: z.object({
      sentiment: z.enum(['positive', 'neutral', 'negative']),
      score: z.number(),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const text = context.config.text.trim();
    if (text === '') {
      context.log('There is no text to read.');
      return fired('neutral', { sentiment: 'neutral', score: 0, model: 'none' });
    }
    const { sentiment, score, usage } = await context.services.ai.sentiment(
      { ...requestOf(context), text },
      context.signal,
    );
    context.usage(usage);
    return fired(sentiment, { sentiment, score, model: usage.model });
  }
}
