import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { knowledgeBaseField, MAX_QUERY } from './fields.ts';

const config = z.object({
  question: templateField(INCOMING_TEXT, {
    title: 'Question',
    description: 'What was asked. Normally what the person wrote.',
    widget: 'text',
  }),
  knowledgeBase: knowledgeBaseField('Where to look. Leave empty to look in all of them.'),
  threshold: z.number().min(0.1).max(1).default(0.55).meta({
    title: 'How much alike',
    description:
      'How much the question must be like a stored one, from 0.1 to 1. Lower answers more, and more wrongly.',
    advanced: true,
  }),
});

type Config = z.output<typeof config>;

/** Answers with a stored answer, word by word. */
export class Faq {
  static readonly description = describeNode({
    type: 'knowledge.faq',
    version: 1,
    category: 'knowledge',
    kind: 'step',
    name: 'Answer from FAQ',
    summary: 'Takes the stored answer of a question that is much like this one.',
    icon: 'message-circle-question-mark',
    phrase: 'Find the answer to: {{ question }}',
    docs: [
      'Compares the question with the questions and answers of your knowledge bases: those you typed, those of a CSV file with the columns `question` and `answer`, and those that you approved.',
      '',
      'Example: connect **found** to *Reply to comment* with `{{ steps.faq.output.answer }}`, and **not_found** to *Write an answer*. No AI writes anything here: what is sent is what you wrote.',
    ].join('\n'),
    config,
    outputs: [
      { id: 'found', label: 'Found' },
      { id: 'not_found', label: 'Not found' },
    ],
    output: z.object({ question: z.string(), answer: z.string(), score: z.number(), documentId: z.string() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const question = config.question.trim().slice(0, MAX_QUERY);
    const { threshold, knowledgeBase } = config;
    const found =
      question === ''
        ? null
        : await services.knowledge.faq(
            { question, threshold, ...(knowledgeBase && { knowledgeBase }) },
            context.signal,
          );
    if (!found) {
      context.log('No stored question is as much like it.');
      return fired('not_found', { question: '', answer: '', score: 0, documentId: '' });
    }
    context.log(`Like "${found.question}" (${found.score}).`);
    const { question: stored, answer, score, documentId } = found;
    return fired('found', { question: stored, answer, score, documentId });
  }
}
