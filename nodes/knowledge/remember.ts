import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { knowledgeBaseField } from './fields.ts';

const config = z.object({
  question: templateField(INCOMING_TEXT, {
    title: 'Question',
    description: 'What was asked. Normally what the person wrote.',
    widget: 'text',
  }),
  answer: templateField('', {
    title: 'Answer',
    description: 'What was answered, for instance the text that a person approved.',
    placeholder: '{{ steps.approval.output.text }}',
  }),
  knowledgeBase: knowledgeBaseField('Where to keep it. Leave empty for your oldest one.'),
});

type Config = z.output<typeof config>;

/** Suggests to keep an answered question. */
export class Remember {
  static readonly description = describeNode({
    type: 'knowledge.remember',
    version: 1,
    category: 'knowledge',
    kind: 'step',
    name: 'Remember answer',
    summary: 'Suggests to keep a question with its answer; a person approves it.',
    icon: 'bookmark-plus',
    phrase: 'Remember the answer to: {{ question }}',
    docs: [
      'Puts the question and its answer on the Knowledge page, where a person keeps, changes or rejects them. Until then no flow finds them: what strangers write never becomes knowledge by itself.',
      '',
      'Example: behind *Wait for a person to approve*, with `{{ steps.approval.output.text }}` as the answer.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ suggestionId: z.string().nullable() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, executionId, nodeId, services } = context;
    const question = config.question.trim();
    const answer = config.answer.trim();
    if (question === '' || answer === '') {
      context.log('There is no question or no answer: nothing to remember.');
      return fired('out', { suggestionId: null });
    }
    const { knowledgeBase } = config;
    const request = { question, answer, executionId, nodeId, ...(knowledgeBase && { knowledgeBase }) };
    const result = await context.effect(
      'remember',
      (signal) => services.knowledge.remember(request, signal),
      {
        describe: `Suggest to remember the answer to: ${question.slice(0, 100)}`,
        request: { question, answer },
        dryRunResult: { suggestionId: 'dry-run' },
        // The service knows a suggestion of the same execution and node again.
        idempotent: true,
      },
    );
    return fired('out', result);
  }
}
