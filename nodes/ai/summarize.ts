import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';
import { GUARDED_DOCS, GUARDED_OUTPUTS, guardedOutput, guardFields, settleText } from './settle-text.ts';

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'What is summarised: a long message, or what a lookup found.',
  }),
  sentences: z.number().int().min(1).max(20).default(2).meta({
    title: 'Sentences',
    description: 'How long it may be.',
  }),
  language: z.string().max(40).optional().meta({
    title: 'Language',
    description: 'Leave empty to keep the language of the text.',
    placeholder: 'English',
    widget: 'text',
    advanced: true,
  }),
  instructions: templateField('', {
    title: 'Hints for the AI',
    description: 'What matters to you in it.',
    placeholder: 'Name the order number and what the person wants.',
    advanced: true,
  }),
  maxBytes: z.number().int().min(50).max(8_000).default(1_000).meta({
    title: 'Longest text (bytes)',
    description: 'Instagram takes messages of up to 1,000 bytes.',
    advanced: true,
  }),
  ...guardFields,
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Says in short what a text says. */
export class Summarize {
  static readonly description = describeNode({
    type: 'ai.summarize',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Summarise',
    summary: 'Says in a few sentences what a long text says.',
    icon: 'list-collapse',
    phrase: 'Summarise in {{ sentences }} sentences',
    docs: [
      'Makes a long text short, for the person who takes over or for the contact.',
      '',
      'Example: **Summarise** → **Hand over to a person** with the reason `{{ steps.summarize.output.text }}`.',
      '',
      'Without a model the built-in AI picks the sentences that say most, in the words of the writer. It is basic, and it stays in the language of the text.',
      '',
      GUARDED_DOCS,
    ].join('\n'),
    config,
    outputs: GUARDED_OUTPUTS,
    output: z.object(guardedOutput),
  });

  run(context: NodeContext<Config>): Promise<NodeResult> {
    const { text, sentences, language, instructions, maxBytes } = context.config;
    return settleText(context, async () => {
      if (text.trim() === '')
        throw new NodeError('no_text', 'There is no text to summarise.', { field: 'text' });
      return context.services.ai.summarize(
        {
          ...requestOf(context),
          text: text.trim(),
          sentences,
          maxBytes,
          ...(language && { language }),
          ...(instructions.trim() && { instructions }),
        },
        context.signal,
        (token) => context.token(token),
      );
    });
  }
}
