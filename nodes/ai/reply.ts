import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode } from '../../engine/node-type.ts';
import type { Passage, ReplyResult } from '../../engine/services.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { answerFields, answerRequestOf } from './answer-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';
import { passagesField, toPassages } from './passages-field.ts';
import { GUARDED_DOCS, GUARDED_OUTPUTS, guardedOutput, guardFields, settleText } from './settle-text.ts';

/** Of a passage that was used, in the log. */
const MOST_QUOTE = 500;

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
  whenUnknown: z.enum(['say_so', 'escalate', 'error']).default('say_so').meta({
    title: 'When nothing is known about it',
    description:
      'say_so: the answer says that you will check. escalate: a person answers. error: the step fails, for flows with an error output. Only where the step has passages to rely on.',
    template: false,
  }),
  ...answerFields,
  ...guardFields,
  ...modelFields,
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
      '`{{ steps.answer.output.grounded }}` is false when nothing relevant was found; let a person look at those, or choose *escalate* above. The passages that were used, with their pages, are in the log of the run.',
      '',
      'Prices, dates, times, links, phone numbers, e-mail addresses and percentages that stand neither in the passages nor in your instructions are not given out: the answer is written again, and if that does not help, a person looks at it.',
      '',
      GUARDED_DOCS,
    ].join('\n'),
    config,
    outputs: GUARDED_OUTPUTS,
    output: z.object({
      ...guardedOutput,
      grounded: z.boolean(),
      sources: z.array(z.string()),
      passages: z.array(
        z.object({ id: z.string(), title: z.string(), page: z.number().optional(), text: z.string() }),
      ),
    }),
  });

  run(context: NodeContext<Config>): Promise<NodeResult> {
    return settleText(context, () => writeAnswer(context));
  }
}

async function writeAnswer(context: NodeContext<Config>) {
  const { config, services } = context;
  const passages = toPassages(config.passages);
  const lookedUp = config.passages !== undefined && config.passages !== null && config.passages !== '';
  const result = await services.ai.reply(
    { ...requestOf(context), ...answerRequestOf(context), passages, lookedUp },
    context.signal,
    (text) => context.token(text),
  );
  const written = { ...result, extra: evidenceOf(result, passages) };
  if (result.mode === 'escalate') return written;
  if (result.text.trim() === '') {
    throw new NodeError(
      'empty_answer',
      'The model answered with an empty text. Try again, or reword the instructions.',
      { retryable: true },
    );
  }
  if (result.grounded || !lookedUp) return written;
  context.log('Nothing that was found answers it.');
  switch (config.whenUnknown) {
    case 'say_so':
      return written;
    case 'escalate':
      return {
        ...written,
        mode: 'escalate' as const,
        reasons: ['Nothing that was found answers it.', ...result.reasons],
      };
    case 'error':
      throw new NodeError('answer_unknown', 'Nothing that was found answers the message.');
    default:
      return config.whenUnknown satisfies never;
  }
}

function evidenceOf({ grounded, sources }: ReplyResult, passages: Passage[]) {
  const used = passages.filter(({ id }) => sources.includes(id));
  return {
    grounded,
    sources,
    passages: used.map(({ id, title, page, text }) => ({
      id,
      title,
      ...(page && { page }),
      text: text.slice(0, MOST_QUOTE),
    })),
  };
}
