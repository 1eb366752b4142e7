import { z } from 'zod';
import type { NodeContext, NodeResult, Resume } from '../../engine/node-type.ts';
import { fired, waitFor } from '../../engine/node-type.ts';
import type { WrittenText } from '../../engine/services.ts';
import { knownFacts } from '../people/known-facts.ts';

const HOUR_MS = 3_600_000;

/** Config of steps whose text the guardrails may hold back. */
export const guardFields = {
  drafts: z.enum(['ask', 'go_on']).default('ask').meta({
    title: 'When a person is to look at it first',
    description:
      'ask: the text waits in the inbox here. go_on: the flow goes on with it; only for flows where a later Approval step shows every text.',
    advanced: true,
    template: false,
  }),
  approvalHours: z.number().positive().max(720).default(24).meta({
    title: 'Wait for a person at most (hours)',
    description:
      'After that the flow goes on through "escalate". You may write to a person for 24 hours after their message.',
    advanced: true,
  }),
};

/** Ports of such steps: `out` for a text that may be sent, `escalate` when a person takes over. */
export const GUARDED_OUTPUTS = [{ id: 'out' }, { id: 'escalate', label: 'a person takes over' }];

/** What such steps answer beside their own. */
export const guardedOutput = {
  text: z.string(),
  mode: z.enum(['send', 'draft', 'escalate']),
  reasons: z.array(z.string()),
  model: z.string(),
  decision: z.enum(['approved', 'rejected', 'timeout']).optional(),
  by: z.string().optional(),
};

/** For the Docs tab. */
export const GUARDED_DOCS =
  'The guardrails of the workspace (**Settings → AI**) look at every text: one that may go out leaves through **out**. A draft waits in the inbox until a person approves it, and then leaves through **out** as well. What a person is to answer is put into the inbox and leaves through **escalate**, and so does a draft that was rejected or forgotten.';

type GuardConfig = { drafts: 'ask' | 'go_on'; approvalHours: number };
type Kept = { text: string; model: string; reasons: string[]; extra: Record<string, unknown> };
type Written = WrittenText & {
  /** What else the step answers. */
  extra?: Record<string, unknown>;
};

/** Under this key a draft stands in the journal while a person looks at it. */
const DRAFT = 'draft';

/**
 * Does with a text what the guardrails say. A text that is not `send` never leaves through `out` without a person, unless the
 * owner of the flow said that a later step shows it to one.
 * @param write called once; not when the step goes on after a person decided
 */
export async function settleText(
  context: NodeContext<GuardConfig>,
  write: () => Promise<Written>,
): Promise<NodeResult> {
  if (context.resume) return decided(context, context.resume);
  const { text, mode, reasons, usage, extra = {} } = await write();
  context.usage(usage);
  const data = { ...extra, text, mode, reasons, model: usage.model };
  switch (mode) {
    case 'send':
      return fired('out', data);
    case 'draft':
      context.log('A person is to look at the text before it is sent.', { reasons });
      if (context.config.drafts === 'go_on') return fired('out', data);
      return askPerson(context, { text, model: usage.model, reasons, extra });
    case 'escalate':
      context.log('The guardrails leave the answer to a person.', { reasons });
      await escalate(context, reasons[0] ?? 'Needs an answer from a person', text);
      return fired('escalate', data);
    default:
      return mode satisfies never;
  }
}

async function askPerson(context: NodeContext<GuardConfig>, kept: Kept): Promise<NodeResult> {
  const { text, model, reasons, extra } = kept;
  if (context.dryRun) {
    context.log('A real run waits here until a person decides. This dry run goes on as if approved.');
    return fired('out', { ...extra, text, mode: 'draft', reasons, model, decision: 'approved' });
  }
  // Kept in the journal: written again after the wait, it would be another text than the one that was approved.
  await context.effect(DRAFT, async () => kept, {
    describe: 'Keep the draft until a person decides',
    dryRunResult: kept,
    idempotent: true,
  });
  const until = new Date(context.now().getTime() + context.config.approvalHours * HOUR_MS);
  return waitFor({
    for: 'approval',
    until: until.toISOString(),
    draft: text,
    context: { ...knownFacts(context), note: reasons.join('\n') },
  });
}

async function decided(context: NodeContext<GuardConfig>, resume: Resume): Promise<NodeResult> {
  const lost: Kept = { text: '', model: 'none', reasons: ['The draft was lost.'], extra: {} };
  const kept = await context.effect(DRAFT, async () => lost, {
    describe: 'Read the draft',
    dryRunResult: lost,
    idempotent: true,
  });
  const { text: draft, model, reasons, extra } = kept;
  const data = { ...extra, text: draft, mode: 'draft', reasons, model };
  if (resume.kind !== 'approval' || resume.decision === 'expired') {
    return fired('escalate', { ...data, decision: 'timeout' });
  }
  const by = resume.by === undefined ? {} : { by: resume.by };
  if (resume.decision === 'rejected') return fired('escalate', { ...data, decision: 'rejected', ...by });
  const text = (resume.text ?? draft).trim();
  if (text === '') return fired('escalate', { ...data, decision: 'rejected', ...by });
  return fired('out', { ...data, text, decision: 'approved', ...by });
}

/** Puts the conversation into the inbox of the workspace; where to is nothing that a model could choose. */
export function escalate(
  context: NodeContext<unknown>,
  reason: string,
  draft?: string,
): Promise<{ escalationId: string }> {
  const { executionId, nodeId, services } = context;
  const facts = { ...knownFacts(context), ...(draft && { draft }) };
  const request = { executionId, nodeId, reason, context: facts };
  return context.effect('escalate', (signal) => services.people.escalate(request, signal), {
    describe: `Hand over to a person: ${reason}`,
    request: { reason },
    dryRunResult: { escalationId: 'dry-run' },
    // The service knows an escalation of the same execution and node again.
    idempotent: true,
  });
}
