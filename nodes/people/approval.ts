import { z } from 'zod';
import type { NodeContext, NodeResult, Resume } from '../../engine/node-type.ts';
import { describeNode, fired, waitFor } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';
import { knownFacts } from './known-facts.ts';

const HOUR_MS = 3_600_000;

const config = z.object({
  text: templateField('', {
    title: 'Draft',
    description: 'The answer that a person reads, changes if needed, and approves.',
    placeholder: '{{ steps.answer.output.text }}',
  }),
  note: templateField('', {
    title: 'Note for the person',
    description: 'Optional. What they should look at.',
    placeholder: 'Check the price before you approve.',
    advanced: true,
  }),
  timeoutHours: z.number().positive().max(720).default(24).meta({
    title: 'Wait at most (hours)',
    description:
      'After that the flow goes on through "timeout". You may write to a person for 24 hours after their message.',
  }),
});

type Config = z.output<typeof config>;

/** Waits until a person approves, changes or rejects a draft. */
export class Approval {
  static readonly description = describeNode({
    type: 'people.approval',
    version: 1,
    category: 'people',
    kind: 'step',
    name: 'Approval',
    summary: 'Waits for a person to approve, change or reject the draft.',
    icon: 'user-check',
    phrase: 'Ask a person: {{ text }}',
    docs: [
      'Puts the draft into the inbox and waits. The person sees what was written and what the flow knows about it.',
      '',
      '- **approved**: send `{{ steps.approval.output.text }}`, the text as the person left it',
      '- **rejected**: `{{ steps.approval.output.reason }}` says why',
      '- **timeout**: nobody decided in time',
      '',
      'Example: **Write an answer** → **Approval** → approved → **Reply to comment**.',
    ].join('\n'),
    config,
    outputs: [{ id: 'approved' }, { id: 'rejected' }, { id: 'timeout' }],
    output: z.object({
      decision: z.enum(['approved', 'rejected', 'timeout']),
      text: z.string(),
      edited: z.boolean().optional(),
      reason: z.string().optional(),
      by: z.string().optional(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, resume } = context;
    if (resume) return decided(config.text, resume);
    if (context.dryRun) {
      context.log('A real run waits here until a person decides. This dry run goes on as if approved.');
      return fired('approved', { decision: 'approved', text: config.text, edited: false });
    }
    const until = new Date(context.now().getTime() + config.timeoutHours * HOUR_MS);
    return waitFor({
      for: 'approval',
      until: until.toISOString(),
      draft: config.text,
      context: { ...knownFacts(context), ...(config.note && { note: config.note }) },
    });
  }
}

function decided(draft: string, resume: Resume): NodeResult {
  if (resume.kind !== 'approval' || resume.decision === 'expired') {
    return fired('timeout', { decision: 'timeout', text: draft });
  }
  const by = resume.by === undefined ? {} : { by: resume.by };
  if (resume.decision === 'rejected') {
    return fired('rejected', { decision: 'rejected', text: draft, reason: resume.reason ?? '', ...by });
  }
  const text = resume.text ?? draft;
  return fired('approved', { decision: 'approved', text, edited: text !== draft, ...by });
}
