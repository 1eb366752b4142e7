import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { waitFor } from '../../engine/node-type.ts';

const HOUR_MS = 3_600_000;

/** How long a node waits for a message of the person. */
export function replyTimeoutField() {
  return z.number().positive().max(720).default(23).meta({
    title: 'Wait at most (hours)',
    description:
      'After that the flow goes on through "timeout". You may write to a person for 24 hours after their last message.',
  });
}

/** Whether the message that a node waits for may start flows besides. */
export function alsoStartsFlowsField() {
  return z.boolean().default(false).meta({
    title: 'The reply may also start other flows',
    description:
      'Normally a reply belongs to this conversation alone. Switched on, it also starts every other flow whose trigger matches, never this one again.',
    advanced: true,
  });
}

/**
 * Suspends the execution until the next message of the person whose event started it.
 * @param state plain JSON that comes back with the message
 * @throws NodeError `no_contact` when nobody's event started it: there would be nobody to wait for
 */
export function waitForMessage(
  context: Pick<NodeContext<unknown>, 'trigger' | 'now'>,
  config: { timeoutHours: number; alsoStartsFlows: boolean },
  state?: unknown,
): NodeResult {
  refuseWithoutPerson(context);
  return waitFor({
    for: 'message',
    until: new Date(context.now().getTime() + config.timeoutHours * HOUR_MS).toISOString(),
    ...(state !== undefined && { state }),
    ...(config.alsoStartsFlows && { alsoStartsFlows: true }),
  });
}

/** @throws NodeError `no_contact` */
export function refuseWithoutPerson({ trigger }: Pick<NodeContext<unknown>, 'trigger'>): void {
  if (trigger.account && trigger.from) return;
  throw new NodeError(
    'no_contact',
    'The event that started this flow came from no person, so there is nobody to ask or to wait for. Start the flow with a comment or a message.',
  );
}
