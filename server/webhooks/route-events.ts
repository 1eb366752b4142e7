import type { TriggerEvent } from '../../engine/event.ts';
import { newId } from '../database/id.ts';
import type { EventToStore, ExecutionToStore } from './ingest.ts';
import type { KnownAccount } from './known-accounts.ts';
import type { IncomingEvent } from './parse-events.ts';
import type { PublishedFlow } from './published-flows.ts';

/**
 * Decides what becomes of the events of one delivery: which flows they start, or why they start none. One execution per
 * flow and event, by the first trigger in the flow's document that matches.
 * @param scope the flow id of the URL, or `app`
 * @param flowsOf the published flows that may be started by events of an account
 */
export function routeEvents(
  events: IncomingEvent[],
  scope: string,
  accounts: ReadonlyMap<string, KnownAccount>,
  flowsOf: (account: KnownAccount) => PublishedFlow[],
): EventToStore[] {
  return events.map((incoming) => {
    const account = accounts.get(incoming.accountExternalId ?? '');
    const stored = {
      id: newId(),
      scope,
      dedupeKey: incoming.dedupeKey,
      accountExternalId: incoming.accountExternalId,
      kind: incoming.kind,
      payload: incoming.payload,
      workspaceId: account?.workspaceId ?? null,
    };
    const ignored = (reason: string, event: TriggerEvent | null = null): EventToStore => ({
      ...stored,
      reason,
      executions: [],
      account: account ?? null,
      event,
    });
    if (incoming.event === null) return ignored(incoming.reason);
    if (!account) return ignored('No workspace has the account that this event came to.');
    const event = withAccount(incoming.event, account);
    const flows = flowsOf(account);
    if (flows.length === 0)
      return ignored('No published flow belongs to the workspace of this account.', event);
    const executions = flows.flatMap((flow) => executionOf(flow, event, incoming.dedupeKey));
    if (executions.length === 0) return ignored('No trigger matches this event.', event);
    return { ...stored, reason: null, executions, account, event };
  });
}

function withAccount(event: TriggerEvent, { id, externalId, username }: KnownAccount): TriggerEvent {
  return { ...event, account: { id: externalId, username, rowId: id } };
}

function executionOf(flow: PublishedFlow, event: TriggerEvent, dedupeKey: string): ExecutionToStore[] {
  const trigger = flow.triggers.find((candidate) => candidate.matches(event));
  if (!trigger) return [];
  return [
    {
      id: newId(),
      workspaceId: flow.workspaceId,
      flowId: flow.id,
      flowVersion: flow.version,
      triggerNodeId: trigger.nodeId,
      event,
      dedupeKey,
      contactKey: flow.orderedByContact ? contactKeyOf(event) : null,
    },
  ];
}

/** `<account>:<person>`: executions of one flow that share it run one after the other. */
export function contactKeyOf(event: TriggerEvent): string | null {
  return event.account && event.from ? `${event.account.id}:${event.from.id}` : null;
}
