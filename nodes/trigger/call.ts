import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { refuseDoubles } from '../config-fields.ts';
import { MOST_INPUTS } from './call-inputs.ts';
import { eventOutput } from './filters.ts';

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const NAME_RULE = 'Start with a small letter; then up to 39 small letters, digits and "_".';

const inputSchema = z.object({
  name: z.string().regex(NAME, NAME_RULE).meta({
    title: 'Name',
    placeholder: 'order',
    widget: 'text',
    template: false,
  }),
  description: z.string().max(300).default('').meta({
    title: 'Description',
    description: 'What to hand over, for people and for the model.',
    placeholder: 'The order number, digits only',
    widget: 'text',
    template: false,
  }),
  type: z.enum(['text', 'number', 'yes/no']).default('text').meta({ title: 'Type' }),
  required: z.boolean().default(true).meta({ title: 'Required' }),
});

const config = z.object({
  name: z.string().regex(NAME, NAME_RULE).default('run_flow').meta({
    title: 'Name of the tool',
    description: 'Under this name an agent sees the flow.',
    placeholder: 'find_order',
    widget: 'text',
    template: false,
  }),
  description: z.string().max(1_000).default('').meta({
    title: 'Description',
    description: 'What the flow does and when to call it, for people and for the model.',
    placeholder: 'Looks up an order by its number and says when it arrives.',
    widget: 'textarea',
    template: false,
  }),
  inputs: z.array(inputSchema).max(MOST_INPUTS).superRefine(refuseDoubles).default([]).meta({
    title: 'Inputs',
    description: 'What the caller hands over. Later steps read it as {{ trigger.input.name }}.',
  }),
});

type Config = z.output<typeof config>;

/** Of a trigger in a graph, which may be of an older version. */
export const callConfigSchema = config;

/** Starts a flow when another flow of the workspace calls it. */
export class CallTrigger {
  static readonly description = describeNode({
    type: 'trigger.call',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Called by a flow',
    summary: 'Starts when another flow or an agent calls this flow.',
    icon: 'phone-incoming',
    phrase: '{{ name }}',
    docs: [
      'Starts the flow when a **Call a flow** step or an **Agent** of the same workspace calls it; nothing from outside can. What the caller hands over is checked against the inputs and is `{{ trigger.input.name }}`.',
      '',
      'The run is for the account and the person of the caller, so **Send message** writes to the same person, under the same rules. Nothing else of the caller is known here: what you need, list as an input. A comment to reply to, for example, is an input `comment` that the caller fills with `{{ trigger.comment.id }}`.',
      '',
      'An **Answer the caller** step says what the caller gets back. Of several such triggers in a flow the first counts.',
      '',
      'Example: `find_order` with the input `order` → **HTTP request** → **Answer the caller** "It arrives on {{ steps.request.output.body.date }}."',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      kind: z.string(),
      at: z.string(),
      account: z.object({ id: z.string(), username: z.string() }),
      from: z.object({ id: z.string(), username: z.string() }),
      input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  });

  /** Webhooks bring no such event: the server makes it when a step calls. */
  matches(event: TriggerEvent): boolean {
    return event.kind === 'call';
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
