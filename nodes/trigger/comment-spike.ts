import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { eventOutput, isForAccount, ownFields } from './filters.ts';

const config = z.object({ account: ownFields.account });

type Config = z.output<typeof config>;

/** Starts a flow when far more comments come in than usual. */
export class CommentSpikeTrigger {
  static readonly description = describeNode({
    type: 'trigger.comment_spike',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Many comments',
    summary: 'Starts when an account gets more comments in an hour than you call normal.',
    icon: 'trending-up',
    phrase: 'More comments than usual',
    docs: [
      'Starts the flow when an account got more comments in the last hour than the workspace calls normal: 50, or what is set under _Settings_. It is looked at every minute, and told again after six hours at the earliest.',
      '',
      '`{{ trigger.spike.comments }}` is how many came in that hour, `{{ trigger.spike.usual }}` what you call normal.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      kind: z.string(),
      at: z.string(),
      account: z.object({ id: z.string(), username: z.string() }),
      spike: z.object({ comments: z.number(), usual: z.number() }),
    }),
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return event.kind === 'comment_spike' && isForAccount(event, config.account);
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
