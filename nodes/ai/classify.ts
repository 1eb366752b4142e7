import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, portNameField, refuseDoubles, templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';

const labelSchema = z.object({
  name: portNameField({ title: 'Name', placeholder: 'question' }, ['other', 'error']),
  description: z.string().max(500).optional().meta({
    title: 'What belongs here',
    placeholder: 'Asks for the price, sizes, delivery or opening hours',
    widget: 'text',
    template: false,
  }),
  examples: z.array(z.string().min(1).max(500)).max(50).optional().meta({
    title: 'Examples',
    description: 'Texts that people really write. Three to five make a clear difference.',
    placeholder: 'How much is it?',
    widget: 'tags',
    template: false,
  }),
});

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'What is to be sorted. Normally what the person wrote.',
  }),
  labels: z
    .array(labelSchema)
    .min(1, 'Add at least one label.')
    .max(50)
    .superRefine(refuseDoubles)
    .default([
      { name: 'praise', description: 'Likes it, thanks, compliments' },
      { name: 'question', description: 'Asks something' },
      { name: 'complaint', description: 'Is unhappy, something is broken or late' },
    ])
    .meta({
      title: 'Labels',
      description: 'What a text can be. Each label is an output; what fits none goes to "other".',
    }),
  instructions: templateField('', {
    title: 'Hints for the AI',
    description: 'What it should know to decide well, such as what you sell.',
    placeholder: 'We sell handmade bags. "Drop" means a new collection.',
    advanced: true,
  }),
  threshold: z.number().min(0).max(1).default(0).meta({
    title: 'How sure it must be (0 to 1)',
    description: 'When it is less sure than this, the text goes to "other". 0 takes the best label always.',
    advanced: true,
  }),
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Sorts a text under one of the labels and goes on through the port of that name. */
export class Classify {
  static readonly description = describeNode({
    type: 'ai.classify',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Sort by meaning',
    summary: 'Reads the text and decides which of your labels fits it.',
    icon: 'tags',
    phrase: 'Sort into {{ labels | map: "name" | join: ", " }}',
    docs: [
      'Reads what the person wrote and goes on through the output of the label that fits. Works without any key; with a model in Settings it understands more.',
      '',
      'Example: labels `praise`, `question` and `complaint`. "When is this back in stock?" leaves through **question**.',
      '',
      'Later steps can use `{{ steps.classify.output.label }}` and `{{ steps.classify.output.confidence }}` (0 to 1).',
    ].join('\n'),
    config,
    outputs: [{ each: 'labels', id: 'name' }, { id: 'other' }],
    output: z.object({
      label: z.string(),
      confidence: z.number(),
      scores: z.record(z.string(), z.number()),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const text = config.text.trim();
    if (text === '') {
      context.log('There is no text to sort.');
      return fired('other', { label: 'other', confidence: 1, scores: {}, model: 'none' });
    }

    const { labels, instructions } = config;
    const result = await services.ai.classify(
      {
        ...requestOf(context),
        text,
        labels: labels.map(presentFields),
        ...presentFields({ instructions }),
      },
      context.signal,
    );
    context.usage(result.usage);

    const isKnown = labels.some(({ name }) => name === result.label);
    const isSure = result.confidence >= config.threshold;
    const label = isKnown && isSure ? result.label : 'other';
    if (isKnown && !isSure) {
      context.log(`"${result.label}" fits best, but it is less sure than asked for.`, {
        confidence: result.confidence,
        threshold: config.threshold,
      });
    }
    return fired(label, {
      label,
      confidence: result.confidence,
      scores: result.scores,
      model: result.usage.model,
    });
  }
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The object without fields that are undefined or empty, which the service's optional fields don't take. */
function presentFields<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  ) as Present<T>;
}
