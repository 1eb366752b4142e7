import type { TriggerEvent } from '../../engine/event.ts';
import { isOwn } from '../../nodes/trigger/filters.ts';
import { newId } from '../database/id.ts';
import type { Followers } from './followers.ts';
import type { IncomingEvent } from './incoming-event.ts';
import type { EventToStore, ExecutionToStore } from './ingest.ts';
import type { KnownAccount } from './known-accounts.ts';
import type { PublishedFlow } from './published-flows.ts';
import { passesServerFilter, passRuleOf } from './server-filters.ts';

/**
 * Decides what becomes of the events of one delivery: which flows they start, or why they start none. One execution per
 * flow and event, by the first trigger in the flow's document that matches. Whether a person may pass again is decided
 * later, while it is stored (`ExecutionToStore.pass`).
 * @param scope the flow id of the URL, or `app`
 * @param flowsOf the published flows that may be started by events of an account
 */
export function routeEvents(
  events: IncomingEvent[],
  scope: string,
  accounts: ReadonlyMap<string, KnownAccount>,
  flowsOf: (account: KnownAccount) => PublishedFlow[],
  followers: Followers,
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
    const executions = flows.flatMap((flow) =>
      executionOf(flow, event, incoming.dedupeKey, followers(account, event)),
    );
    if (executions.length === 0) return ignored('No trigger matches this event.', event);
    return { ...stored, reason: null, executions, account, event };
  });
}

function withAccount(event: TriggerEvent, { id, externalId, username }: KnownAccount): TriggerEvent {
  const known = { ...event, account: { id: externalId, username, rowId: id } };
  return isOwn(known) ? { ...known, isOwn: true } : known;
}

function executionOf(
  flow: PublishedFlow,
  event: TriggerEvent,
  dedupeKey: string,
  isFollower: boolean | null,
): ExecutionToStore[] {
  const trigger = flow.triggers.find(
    (candidate) => candidate.matches(event) && passesServerFilter(candidate.filter, event, isFollower),
  );
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
      pass: passRuleOf(trigger.filter),
    },
  ];
}

/** `<account>:<person>`: executions of one flow that share it run one after the other. */
export function contactKeyOf(event: TriggerEvent): string | null {
  const person = event.isOwn ? (event.to ?? event.from) : event.from;
  return event.account && person ? `${event.account.id}:${person.id}` : null;
}
