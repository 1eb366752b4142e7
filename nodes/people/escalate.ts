import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';
import { knownFacts } from './known-facts.ts';

const config = z.object({
  reason: templateField('{{ trigger.from.username }} needs an answer from a person', {
    title: 'Reason',
    description: 'What the person who takes over reads first.',
    placeholder: 'A complaint from {{ trigger.from.username }}',
    widget: 'text',
  }),
});

type Config = z.output<typeof config>;

/** Puts the conversation in front of a person and goes on. */
export class Escalate {
  static readonly description = describeNode({
    type: 'people.escalate',
    version: 1,
    category: 'people',
    kind: 'step',
    name: 'Hand over to a person',
    summary: 'Puts the conversation into the inbox, where a person takes over.',
    icon: 'life-buoy',
    phrase: 'Hand over: {{ reason }}',
    docs: [
      'Puts the conversation into the inbox with your reason and everything that the flow knows. The flow does not wait; it goes on.',
      '',
      'Example: **Sort by meaning** → complaint → **Hand over to a person**.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ escalationId: z.string() }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { executionId, nodeId, services } = context;
    const reason = context.config.reason.trim() || 'Needs an answer from a person';
    const request = { executionId, nodeId, reason, context: knownFacts(context) };
    const result = await context.effect('escalate', (signal) => services.people.escalate(request, signal), {
      describe: `Hand over to a person: ${reason}`,
      request: { reason },
      dryRunResult: { escalationId: 'dry-run' },
      // The service knows an escalation of the same execution and node again.
      idempotent: true,
    });
    return fired('out', result);
  }
}
