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
    description: 'What is translated: what the person wrote, or an answer.',
  }),
  language: templateField('English', {
    title: 'Into',
    description: 'The language to translate into.',
    placeholder: 'Spanish',
    widget: 'text',
  }),
  instructions: templateField('', {
    title: 'Hints for the AI',
    description: 'Names that stay as they are, formal or informal, and the like.',
    placeholder: 'Never translate the names of our products.',
    advanced: true,
  }),
  maxBytes: z.number().int().min(50).max(8_000).default(2_000).meta({
    title: 'Longest text (bytes)',
    description: 'Instagram takes messages of up to 1,000 bytes.',
    advanced: true,
  }),
  ...guardFields,
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Puts a text into another language; sends nothing. */
export class Translate {
  static readonly description = describeNode({
    type: 'ai.translate',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Translate',
    summary: 'Puts a text into another language. Sends nothing yet.',
    icon: 'languages',
    phrase: 'Translate into {{ language }}',
    docs: [
      'Translates with a model. Without one the step fails and says so: there is no built-in translation, and a bad one is worse than none. Add a key in **Settings → AI**, or give the step an error output.',
      '',
      'Example: **Translate** a comment into English → **Approval** with `{{ steps.translate.output.text }}`.',
      '',
      GUARDED_DOCS,
    ].join('\n'),
    config,
    outputs: GUARDED_OUTPUTS,
    output: z.object(guardedOutput),
  });

  run(context: NodeContext<Config>): Promise<NodeResult> {
    const { text, language, instructions, maxBytes } = context.config;
    return settleText(context, async () => {
      if (text.trim() === '')
        throw new NodeError('no_text', 'There is no text to translate.', { field: 'text' });
      const into = language.trim().slice(0, 60);
      if (into === '') throw new NodeError('no_language', 'Say into which language.', { field: 'language' });
      return context.services.ai.translate(
        {
          ...requestOf(context),
          text: text.trim(),
          language: into,
          maxBytes,
          ...(instructions.trim() && { instructions }),
        },
        context.signal,
        (token) => context.token(token),
      );
    });
  }
}
