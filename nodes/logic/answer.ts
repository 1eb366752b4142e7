import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';

const config = z.object({
  answer: z.unknown().optional().meta({
    title: 'Answer',
    description:
      'A text, or exactly one {{ }} to answer with a list, a number or several values as they are.',
    placeholder: 'Order {{ trigger.input.order }} arrives tomorrow.',
    widget: 'textarea',
    raw: true,
  }),
});

type Config = z.output<typeof config>;

/** Says what the flow or agent gets that called this flow. */
export class AnswerCaller {
  static readonly description = describeNode({
    type: 'logic.answer',
    version: 1,
    category: 'logic',
    kind: 'step',
    isPure: true,
    name: 'Answer the caller',
    summary: 'Says what the flow or agent gets back that called this flow.',
    icon: 'corner-down-left',
    phrase: 'Answer: {{ answer }}',
    docs: [
      'Of a flow that begins with **Called by a flow**: what stands here is what the caller gets. The flow goes on afterwards; of several answers the last one counts, and a flow that comes past none answers with nothing.',
      '',
      'Several values: collect them with **Set values** and answer with exactly `{{ steps.set.output }}`. The caller then reads `{{ steps.call_flow.output.answer.price }}`.',
      '',
      'Example: **HTTP request** → **Answer the caller** "It arrives on {{ steps.request.output.body.date }}."',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ answer: z.unknown() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', { answer: context.config.answer ?? null });
  }
}
