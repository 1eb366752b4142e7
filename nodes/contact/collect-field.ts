import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';
import type { AnswerKind } from './answers/answer-kinds.ts';
import { answerSchema, LANGUAGES } from './answers/answer-kinds.ts';
import { correctionOf } from './answers/corrections.ts';
import { foldedWord } from './answers/folded.ts';
import { readAnswer } from './answers/read-answer.ts';
import { ask } from './ask.ts';
import { fieldNameSchema } from './contact-fields.ts';
import {
  alsoStartsFlowsField,
  refuseWithoutPerson,
  replyTimeoutField,
  waitForMessage,
} from './wait-for-message.ts';

const config = z.object({
  text: templateField('What is your e-mail address?', {
    title: 'Question',
    description: 'What the person is asked. Up to 1,000 bytes.',
    placeholder: 'What is your e-mail address?',
  }),
  answer: answerSchema.default({ kind: 'email' }).meta({
    title: 'Answer',
    description: 'What the answer has to be. Anything else is asked for again.',
  }),
  field: fieldNameSchema().or(z.literal('')).default('email').meta({
    title: 'Write into field',
    description: 'The field of the contact that keeps the answer. Empty: it is kept for this run only.',
    placeholder: 'email',
    widget: 'text',
    template: false,
  }),
  retries: z.number().int().min(0).max(5).default(2).meta({
    title: 'Ask again at most',
    description: 'So often, when the answer does not fit. After that the flow goes on through "failed".',
  }),
  correction: templateField('', {
    title: 'When the answer does not fit',
    description: 'What the person is told then. Empty: a friendly sentence with an example.',
    placeholder: 'That does not look right. Could you send it again?',
    advanced: true,
  }),
  skipWords: z.array(z.string().trim().min(1).max(60)).max(20).default(['skip']).meta({
    title: 'Words to skip',
    description: 'Who answers with one of these does not have to say. The flow goes on through "skipped".',
    widget: 'tags',
    template: false,
    advanced: true,
  }),
  language: z.enum(LANGUAGES).default('en').meta({
    title: 'Language',
    description:
      'How dates and numbers are read, and which language the friendly sentence has. en: 12/31/2026; en-GB: 31/12/2026.',
  }),
  timeoutHours: replyTimeoutField(),
  alsoStartsFlows: alsoStartsFlowsField(),
});

type Config = z.output<typeof config>;

/** What stands in the journal between two questions: the ids of those that were asked. */
const stateSchema = z.object({ asked: z.array(z.string()).default([]) });

/** Asks the person for something, looks at the answer, asks again, and writes it down. */
export class CollectField {
  static readonly description = describeNode({
    type: 'contact.collect_field',
    version: 1,
    category: 'contact',
    kind: 'step',
    name: 'Collect answer',
    summary: 'Asks the person for an e-mail address, a phone number, a date or the like, and writes it down.',
    icon: 'list-checks',
    phrase: 'Ask: {{ text }}',
    docs: [
      'Asks, waits for the answer, and looks whether it is what was asked for. Where it is not, the person is told in a friendly way and asked again. The answer is written into a field of the contact. A restart of the server does not matter, and no question is sent twice.',
      '',
      '- **collected**: `{{ steps.collect_field.output.value }}`, from now on also `{{ contact.fields.email }}`',
      '- **skipped**: the person answered with one of the words to skip',
      '- **failed**: the answers did not fit, as often as was asked',
      '- **timeout**: nobody answered in time',
      '',
      'What people write is brought into one form: an e-mail address is found inside a sentence, `0170 123 45 67` with the country DE is `+491701234567`, `3 March 2026` is `2026-03-03`, `1,234.50` is `1234.5`. The options of a choice are quick replies below the question; they can also be written, or chosen by their number.',
      '',
      'Instagram allows messages for 24 hours after the last one of the person. After a **Private reply** wait for their answer first (**Wait for reply**).',
      '',
      'Example: **Wait for reply** → **Collect answer** "Where shall I send it?" → collected → **Tag contact** `newsletter` → **Send message**.',
    ].join('\n'),
    config,
    outputs: [{ id: 'collected' }, { id: 'skipped' }, { id: 'failed' }, { id: 'timeout' }],
    output: z.object({
      value: z.union([z.string(), z.number()]).optional(),
      text: z.string().optional(),
      field: z.string().optional(),
      tries: z.number().optional(),
    }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    refuseWithoutPerson(context);
    const { config, resume } = context;
    const { text, answer, field } = config;
    if (!resume) {
      const asked = [await ask(context, { text, options: optionsOf(answer), before: [] })];
      return context.dryRun ? pretended(context) : waitForMessage(context, config, { asked });
    }
    if (resume.kind !== 'message') return fired('timeout', { field });

    const { asked } = stateSchema.parse(resume.state ?? {});
    const { text: said = '', quickReply } = resume.event.message ?? {};
    const tries = asked.length;
    if (isSkipped(said, config)) return fired('skipped', { field, text: said, tries });
    const read = readAnswer({ text: said, quickReply }, answer, config.language, context.now());
    if (read.isValid) {
      await store(context, read.value);
      return fired('collected', { value: read.value, text: said, field, tries });
    }
    context.log(`Not what was asked for (try ${tries} of ${config.retries + 1}).`, { text: said });
    if (tries > config.retries) return fired('failed', { field, text: said, tries });
    const correction = config.correction.trim() || correctionOf(answer, config.language);
    const again = await ask(context, { text: correction, options: optionsOf(answer), before: asked });
    return waitForMessage(context, config, { asked: [...asked, again] });
  }
}

async function store(context: NodeContext<Config>, value: string | number): Promise<void> {
  const { field } = context.config;
  if (field === '') return;
  const set = { [field]: value };
  await context.effect(
    'store',
    async (signal) => {
      await context.services.contacts.update({ set, remove: [] }, signal);
      return null;
    },
    {
      describe: `Write down about the contact: ${field}`,
      request: { set },
      dryRunResult: null,
      idempotent: true,
    },
  );
}

function isSkipped(text: string, { skipWords }: Config): boolean {
  const word = foldedWord(text);
  return word !== '' && skipWords.some((skip) => foldedWord(skip) === word);
}

const optionsOf = (answer: AnswerKind) => (answer.kind === 'choice' ? answer.options : []);

/** A dry run goes on as if a good answer came; nothing is written down. */
function pretended(context: NodeContext<Config>): NodeResult {
  const { answer, field } = context.config;
  const value = exampleOf(answer);
  context.log(`A real run waits here for the answer. This dry run goes on as if "${value}" came.`);
  return fired('collected', { value, text: String(value), field, tries: 1 });
}

function exampleOf(answer: AnswerKind): string | number {
  switch (answer.kind) {
    case 'email':
      return 'name@example.com';
    case 'phone':
      return '+14155552671';
    case 'number':
      return answer.min ?? answer.max ?? 1;
    case 'date':
      return '2026-12-31';
    case 'text':
      return 'An answer';
    case 'choice':
      return answer.options[0] ?? '';
    default:
      return answer satisfies never;
  }
}
