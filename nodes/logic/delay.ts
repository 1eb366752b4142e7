import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired, waitFor } from '../../engine/node-type.ts';

const UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
const MAX_DAYS = 365;

const config = z
  .object({
    amount: z.number().positive().default(5).meta({ title: 'How long' }),
    unit: z.enum(['seconds', 'minutes', 'hours', 'days']).default('minutes').meta({ title: 'Unit' }),
  })
  .superRefine(({ amount, unit }, context) => {
    if (amount * UNIT_MS[unit] > MAX_DAYS * UNIT_MS.days) {
      context.addIssue({
        code: 'custom',
        message: `The longest pause is ${MAX_DAYS} days.`,
        path: ['amount'],
      });
    }
  });

type Config = z.output<typeof config>;

/** Suspends the execution for a while; nothing is held in memory meanwhile. */
export class Delay {
  static readonly description = describeNode({
    type: 'logic.delay',
    version: 1,
    category: 'logic',
    kind: 'step',
    name: 'Wait',
    summary: 'Waits for a while, then goes on.',
    icon: 'timer',
    phrase: 'Wait {{ amount }} {{ unit }}',
    docs: [
      'Waits, then goes on. A restart of the server does not matter.',
      '',
      'Example: wait 2 minutes before a private reply, so that it feels less like a machine. Keep in mind that you may write to a person only within 24 hours of their last message.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ waitedUntil: z.string() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { amount, unit } = context.config;
    const now = context.now();
    if (context.resume) return fired('out', { waitedUntil: now.toISOString() });
    if (context.dryRun) {
      context.log(`A real run waits ${amount} ${unit} here.`);
      return fired('out', { waitedUntil: now.toISOString() });
    }
    const until = new Date(now.getTime() + amount * UNIT_MS[unit]);
    return waitFor({ for: 'time', until: until.toISOString() });
  }
}
