import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { MODERATION_CATEGORIES } from '../../engine/services.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'What is looked at. Normally what the person wrote.',
  }),
  categories: z
    .array(z.enum(MODERATION_CATEGORIES))
    .min(1, 'Choose at least one category.')
    .max(MODERATION_CATEGORIES.length)
    .default(['insult', 'threat', 'hate', 'sexual', 'self_harm', 'violence', 'spam'])
    .meta({
      title: 'Look for',
      description: 'What makes a text leave through "flagged". link: any link.',
      template: false,
    }),
  threshold: z.number().min(0.05).max(1).default(0.5).meta({
    title: 'How sure it must be (0 to 1)',
    description: 'Lower finds more, and more that is harmless.',
    advanced: true,
  }),
});

type Config = z.output<typeof config>;

/** Keeps what is not fit for people apart. */
export class Moderate {
  static readonly description = describeNode({
    type: 'ai.moderate',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Moderate',
    summary: 'Finds insults, threats, hate, sexual content, spam and links.',
    icon: 'shield-alert',
    phrase: 'Look for {{ categories | join: ", " }}',
    docs: [
      'Goes on through **flagged** when the text is one of the chosen things, else through **safe**. `{{ steps.moderate.output.categories }}` names what was found.',
      '',
      'Example: flagged → **Hide comment**.',
      '',
      "With an OpenAI key OpenAI's moderation looks at the text, which costs nothing. Without one, and for spam and links, the built-in AI goes by words and patterns in six languages. It is basic: what is put politely passes.",
      '',
      '`self_harm` is a person who may need help rather than a comment to hide: hand those to a person.',
    ].join('\n'),
    config,
    outputs: [{ id: 'safe' }, { id: 'flagged' }],
    output: z.object({
      flagged: z.boolean(),
      categories: z.array(z.string()),
      scores: z.record(z.string(), z.number()),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, nodeId, services } = context;
    const text = config.text.trim();
    if (text === '') {
      context.log('There is no text to look at.');
      return fired('safe', { flagged: false, categories: [], scores: {}, model: 'none' });
    }
    const { scores, usage } = await services.ai.moderate({ nodeId, text }, context.signal);
    context.usage(usage);
    const categories = config.categories.filter((category) => scores[category] >= config.threshold);
    const flagged = categories.length > 0;
    return fired(flagged ? 'flagged' : 'safe', { flagged, categories, scores, model: usage.model });
  }
}
