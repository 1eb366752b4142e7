import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { FlowCall } from '../../engine/services.ts';
import { refuseDoubles } from '../config-fields.ts';
import { MOST_INPUTS } from '../trigger/call-inputs.ts';

const inputSchema = z.object({
  name: z.string().min(1, 'Give it a name.').max(40).meta({
    title: 'Name',
    description: 'As the called flow names it.',
    placeholder: 'order',
    widget: 'text',
    template: false,
  }),
  value: z.unknown().optional().meta({
    title: 'Value',
    description: 'What is handed over. Leave empty what is not required.',
    placeholder: '{{ steps.extract.output.order }}',
    widget: 'text',
    raw: true,
  }),
});

const config = z.object({
  flow: z.string().max(64).default('').meta({
    title: 'Flow',
    description: 'A published flow that begins with "Called by a flow".',
    widget: 'flow',
    template: false,
  }),
  inputs: z.array(inputSchema).max(MOST_INPUTS).superRefine(refuseDoubles).default([]).meta({
    title: 'Inputs',
    description: 'What the called flow asks for, by its names.',
  }),
});

type Config = z.output<typeof config>;

/** Runs another flow and goes on with its answer. */
export class CallFlow {
  static readonly description = describeNode({
    type: 'logic.call_flow',
    version: 1,
    category: 'logic',
    kind: 'step',
    name: 'Call a flow',
    summary: 'Runs another of your flows and goes on with its answer.',
    icon: 'workflow',
    phrase: 'Call another flow',
    docs: [
      'Runs a published flow of the same workspace that begins with **Called by a flow**, for the same account and person, and goes on when it has ended. `{{ steps.call_flow.output.answer }}` is what its **Answer the caller** step said; nothing where it has none.',
      '',
      'The called run has a page of its own; `executionId` leads to it. When it comes to wait (a delay, an approval, a reply, another attempt, a paused flow), this step goes on with the status `waiting` and what it had answered so far, and the called run goes on by itself. When it fails, this step fails: retry the called run first, then this one.',
      '',
      'A call happens once, also when the server is restarted in the middle of it. A flow can not call itself, neither directly nor over others, and calls go at most 5 deep. A called flow that takes longer than the time limit of this step runs on, and this step fails.',
      '',
      'Example: **New message** → **Call a flow** "find_order" → **Send message** `{{ steps.call_flow.output.answer }}`.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      executionId: z.string(),
      status: z.enum(['succeeded', 'waiting']),
      answer: z.unknown(),
    }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, nodeId, services } = context;
    const flow = config.flow.trim();
    if (flow === '') {
      throw new NodeError('no_flow', 'No flow is chosen. Choose the flow to call.', {
        field: 'flow',
      });
    }
    const input = Object.fromEntries(config.inputs.map(({ name, value }) => [name, value]));
    const called = await context.effect<FlowCall>(
      'call',
      (signal) => services.flows.call({ flow, nodeId, key: 'call', input }, signal),
      {
        describe: `Call the flow ${flow}`,
        request: { flow, input },
        dryRunResult: { executionId: 'dry-run', status: 'succeeded', answer: null },
        // The same call finds the run that it had started.
        idempotent: true,
      },
    );
    context.log(
      called.status === 'waiting'
        ? 'The called flow waits and goes on by itself.'
        : 'The called flow has ended.',
      { executionId: called.executionId },
    );
    return fired('out', called);
  }
}
