import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, modelField, templateField } from '../config-fields.ts';
import { passagesField, toPassages } from './passages-field.ts';

const config = z.object({
  message: templateField(INCOMING_TEXT, {
    title: 'What to answer',
    description: 'The text that the answer is for. Normally what the person wrote.',
  }),
  instructions: templateField('Answer {{ trigger.from.username }} in a friendly and short way.', {
    title: 'Instructions',
    description: 'How to answer, in your words: tone, length, what to say and what not.',
    placeholder: 'Answer in two sentences. Never promise a delivery date.',
  }),
  passages: passagesField,
  language: z.string().max(40).optional().meta({
    title: 'Language',
    description: 'Leave empty to answer in the language of the person.',
    placeholder: 'English',
    widget: 'text',
    advanced: true,
  }),
  maxBytes: z.number().int().min(50).max(2_200).default(1_000).meta({
    title: 'Longest answer (bytes)',
    description: 'Instagram takes messages of up to 1,000 bytes; a letter is 1 to 4 bytes.',
    advanced: true,
  }),
  model: modelField(),
});

type Config = z.output<typeof config>;

/** Writes an answer; sends nothing. */
export class Reply {
  static readonly description = describeNode({
    type: 'ai.reply',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Write an answer',
    summary: 'Writes an answer from your instructions and what a lookup found. Sends nothing yet.',
    icon: 'sparkles',
    phrase: 'Write: {{ instructions }}',
    docs: [
      'Writes a text; a later step sends it or shows it to a person first.',
      '',
      'Example: **Look up** → **Write an answer** with *What it may rely on* set to `{{ steps.lookup.output.passages }}` → **Approval** with the draft `{{ steps.answer.output.text }}`.',
      '',
      '`{{ steps.answer.output.grounded }}` is false when nothing relevant was found; let a person look at those.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      text: z.string(),
      grounded: z.boolean(),
      sources: z.array(z.string()),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services, trigger } = context;
    const result = await services.ai.reply(
      {
        message: config.message,
        instructions: config.instructions,
        passages: toPassages(config.passages),
        maxBytes: config.maxBytes,
        ...(trigger.from?.username && { username: trigger.from.username }),
        ...(config.language && { language: config.language }),
        ...(config.model && { model: config.model }),
      },
      context.signal,
      (text) => context.token(text),
    );
    context.usage(result.usage);
    if (result.text.trim() === '') {
      throw new NodeError(
        'empty_answer',
        'The model answered with an empty text. Try again, or reword the instructions.',
        {
          retryable: true,
        },
      );
    }
    return fired('out', {
      text: result.text,
      grounded: result.grounded,
      sources: result.sources,
      model: result.usage.model,
    });
  }
}
