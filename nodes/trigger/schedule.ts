import { Cron } from 'croner';
import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { eventOutput } from './filters.ts';

const config = z.object({
  cron: z
    .string()
    .max(100)
    .default('0 9 * * *')
    .superRefine((cron, context) => {
      const problem = cronProblem(cron);
      if (problem) context.addIssue({ code: 'custom', message: problem });
    })
    .meta({
      title: 'When',
      description: 'Minute, hour, day of the month, month, day of the week. "0 9 * * 1-5": weekdays at nine.',
      placeholder: '0 9 * * 1-5',
      examples: ['0 9 * * *', '0 9 * * 1-5', '*/30 * * * *', '0 18 * * SUN'],
      widget: 'cron',
      template: false,
    }),
  timezone: z
    .string()
    .max(64)
    .default('UTC')
    .refine(isTimezone, { error: 'There is no such time zone. Write it like Europe/Berlin.' })
    .meta({
      title: 'Time zone',
      description: 'The clock by which the time is meant.',
      placeholder: 'Europe/Berlin',
      widget: 'text',
      template: false,
    }),
});

type Config = z.output<typeof config>;

/** Starts a flow at set times. */
export class ScheduleTrigger {
  static readonly description = describeNode({
    type: 'trigger.schedule',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'At set times',
    summary: 'Starts at times that you choose, such as every morning at nine.',
    icon: 'calendar-clock',
    phrase: '{{ cron }} ({{ timezone }})',
    docs: [
      'Starts the flow by the clock. The five fields are minute, hour, day of the month, month, day of the week.',
      '',
      '| write | means |',
      '|---|---|',
      '| `0 9 * * *` | every day at 9:00 |',
      '| `0 9 * * 1-5` | Monday to Friday at 9:00 |',
      '| `*/30 * * * *` | every half hour |',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ kind: z.string(), at: z.string() }),
  });

  matches(event: TriggerEvent): boolean {
    return event.kind === 'schedule';
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}

/**
 * The next time a schedule is due after `after`, by its own clock; undefined when there is none.
 * @throws Error when the config was not checked by the schema
 */
export function nextScheduledTime(config: { cron: string; timezone: string }, after: Date): Date | undefined {
  const cron = new Cron(config.cron, { mode: '5-part', timezone: config.timezone, paused: true });
  return cron.nextRun(after) ?? undefined;
}

function cronProblem(cron: string): string | undefined {
  try {
    const next = new Cron(cron, { mode: '5-part', paused: true }).nextRun();
    return next ? undefined : `"${cron}" never comes.`;
  } catch {
    return `"${cron}" is not a schedule. Write five fields like "0 9 * * *": minute, hour, day, month, weekday.`;
  }
}

function isTimezone(timezone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: timezone }));
  } catch {
    return false;
  }
}
