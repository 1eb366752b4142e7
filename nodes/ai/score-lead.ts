import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';

const config = z.object({
  text: templateField(INCOMING_TEXT, {
    title: 'Text',
    description: 'What is judged. Normally what the person wrote.',
  }),
  instructions: templateField('', {
    title: 'What makes a good lead',
    description: 'What you sell and who buys it, in your words.',
    placeholder: 'Salons that order ten pieces or more are hot.',
  }),
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Goes on by how close somebody is to buying. */
export class ScoreLead {
  static readonly description = describeNode({
    type: 'ai.score_lead',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Score a lead',
    summary: 'Tells how close somebody is to buying: hot, warm or cold.',
    icon: 'flame',
    phrase: 'How close to buying: {{ text }}',
    docs: [
      'Goes on through **hot** (wants to buy or be contacted now), **warm** (is interested) or **cold**. `{{ steps.score_lead.output.reasons }}` says why, for the person who looks at it; the reasons are not meant to be sent.',
      '',
      'Example: hot → **Hand over to a person**; warm → **Private reply** with the catalogue.',
      '',
      'Without a model the built-in AI goes by signals such as "where can I buy", contact data, amounts and hurry, in six languages. It is basic, and your words on good leads do not reach it.',
    ].join('\n'),
    config,
    outputs: [{ id: 'hot' }, { id: 'warm' }, { id: 'cold' }],
    output: z.object({
      score: z.enum(['hot', 'warm', 'cold']),
      reasons: z.array(z.string()),
      model: z.string(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { instructions } = context.config;
    const text = context.config.text.trim();
    if (text === '') {
      context.log('There is no text to judge.');
      return fired('cold', { score: 'cold', reasons: ['There is no text.'], model: 'none' });
    }
    const { score, reasons, usage } = await context.services.ai.scoreLead(
      { ...requestOf(context), text, ...(instructions.trim() && { instructions }) },
      context.signal,
    );
    context.usage(usage);
    return fired(score, { score, reasons, model: usage.model });
  }
}
