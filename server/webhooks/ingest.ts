import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import { createOptOuts } from '../conversations/opt-outs.ts';
import { privateTexts } from '../conversations/private-texts.ts';
import { despiteChange } from '../executions/despite-change.ts';
import { createGroupCommit, isUniqueViolation } from '../executions/group-commit.ts';
import { jsonParameter, jsonUnlessEmpty } from '../executions/json-parameter.ts';
import { replyRows } from '../executions/wake-by-message.ts';
import type { Faults } from '../faults.ts';
import { LruMap } from '../lru-map.ts';
import { cameByWebhook } from './incoming-event.ts';
import type { KnownAccount } from './known-accounts.ts';
import { peopleRows } from './people-rows.ts';
import type { PassRule } from './server-filters.ts';
import { storeEvents } from './store-events.ts';

export type ExecutionToStore = {
  id: string;
  workspaceId: string;
  flowId: string;
  flowVersion: number;
  triggerNodeId: string;
  event: TriggerEvent;
  dedupeKey: string | null;
  contactKey: string | null;
  /** Set where the trigger lets a person through once in a while; decided while it is stored. */
  pass?: PassRule | null;
};

/** An event with everything that comes of it. */
export type EventToStore = {
  id: string;
  workspaceId: string | null;
  scope: string;
  dedupeKey: string;
  accountExternalId: string | null;
  kind: string;
  payload: unknown;
  /** Why it starts nothing; null when it starts something. */
  reason: string | null;
  executions: ExecutionToStore[];
  account: KnownAccount | null;
  /** In our shape, where it could be read: becomes a contact and a comment or message. */
  event: TriggerEvent | null;
};

/** An execution that is on disk. */
export type StoredExecution = ExecutionToStore & {
  /** This process runs it already; others wait for the queue. */
  isTaken: boolean;
};

/** Slots of this process that are kept for executions about to be stored. */
export type Reservation = {
  /** The name under which this process holds them. */
  holder: string;
  /** For how many of those that were asked for. */
  count: number;
  /** Runs those that were stored as held here; the other slots are free again. */
  use(executions: ExecutionToStore[]): void;
};

/** Asks for slots for these, in their order. Null: there are none, everything is queued. */
export type Reserve = (executionIds: string[]) => Reservation | null;

export type Ingest = {
  /** Stores the events of one delivery. Resolves with the executions that are new, once all is on disk. */
  store(events: EventToStore[]): Promise<StoredExecution[]>;
  /** The execution that an event with this key started in the flow, where there is one. */
  findByKey(flow: { id: string; workspaceId: string }, dedupeKey: string): Promise<string | null>;
};

/** Told which executions go on because a message came for them, once that is on disk. */
export type OnWoken = (executionIds: string[]) => void;

/**
 * Stores deliveries, batched: one statement, and so one transaction, for the deliveries that arrive together. What this
 * process has slots for is stored as held by it and begins at once: the way over the queue is for everything else.
 */
export function createIngest(
  pool: pg.Pool,
  reserve: Reserve,
  faults: Faults,
  onWoken: OnWoken = () => {},
): Ingest {
  const seen = createSeenAccounts();
  const optOuts = createOptOuts(pool);
  const commits = createGroupCommit<EventToStore[], StoredExecution[]>({
    maxBatch: 200,
    write: async (deliveries) => {
      await optOuts.mark(privateTexts(deliveries.flat()));
      const { stored, woken } = await faults('store', () =>
        storeAndTake(pool, deliveries.flat(), reserve, seen),
      );
      if (woken.length > 0) onWoken(woken);
      return deliveries.map((events) =>
        events.flatMap(({ executions }) =>
          executions.flatMap((execution) => {
            const status = stored.get(execution.id);
            return status ? [{ ...execution, isTaken: status === 'running' }] : [];
          }),
        ),
      );
    },
  });
  return {
    store: (events) => (events.length === 0 ? Promise.resolve([]) : commits.add(events)),
    findByKey: async (flow, dedupeKey) => {
      const { rows } = await pool.query<{ id: string }>(
        'select id from flow_executions where workspace_id = $1 and flow_id = $2 and dedupe_key = $3',
        [flow.workspaceId, flow.id, dedupeKey],
      );
      return rows[0]?.id ?? null;
    },
  };
}

type StoredStatus = 'queued' | 'running';

/** New executions with their status, and those that were waiting and go on. */
type Written = { stored: Map<string, StoredStatus>; woken: string[] };

async function storeAndTake(
  pool: pg.Pool,
  events: EventToStore[],
  reserve: Reserve,
  seen: SeenAccounts,
): Promise<Written> {
  const candidates = firstOfContacts(events.flatMap(({ executions }) => executions));
  const seenIds = seen(
    events.flatMap((event) => (event.account && cameByWebhook(event) ? [event.account.id] : [])),
  );
  const reservation = candidates.length > 0 ? reserve(candidates.map(({ id }) => id)) : null;
  let taken: ExecutionToStore[] = [];
  try {
    const here = candidates.slice(0, reservation?.count ?? 0);
    const written = await writeEvents(pool, events, here, reservation?.holder ?? null, seenIds);
    taken = here.filter(({ id }) => written.stored.get(id) === 'running');
    return written;
  } catch (error) {
    // Another process has just begun something of the same contact.
    if (reservation && isUniqueViolation(error)) return await writeEvents(pool, events, [], null, seenIds);
    throw error;
  } finally {
    reservation?.use(taken);
  }
}

/** Executions of one contact in one flow run one after the other: of those in one batch only the first may begin. */
function firstOfContacts(executions: ExecutionToStore[]): ExecutionToStore[] {
  const seen = new Set<string>();
  return executions.filter(({ flowId, contactKey }) => {
    if (contactKey === null) return true;
    const key = `${flowId} ${contactKey}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Which of these accounts have to be marked as having had an event. */
type SeenAccounts = (accountIds: string[]) => string[];

/** How exact `accounts.last_event_at` is. Finer would be an update of the same row with every webhook. */
const SEEN_EVERY_MS = 60_000;

function createSeenAccounts(): SeenAccounts {
  const marked = new LruMap<string, number>(10_000);
  return (accountIds) => {
    const now = Date.now();
    const due = [...new Set(accountIds)].filter((id) => now - (marked.get(id) ?? 0) >= SEEN_EVERY_MS);
    for (const id of due) marked.set(id, now);
    return due;
  };
}

async function writeEvents(
  pool: pg.Pool,
  events: EventToStore[],
  here: ExecutionToStore[],
  holder: string | null,
  seenIds: string[],
): Promise<Written> {
  const people = peopleRows(events);
  const executions = executionRows(events, new Set(here.map(({ id }) => id)));
  const statement = storeEvents({
    events: jsonParameter(events.map(eventRow)),
    executions: jsonParameter(executions),
    people: jsonParameter(people.contacts),
    holder,
    passedBefore: executions.some((row) => 'pass_key' in row) ? PASSED_BEFORE : undefined,
    comments: jsonUnlessEmpty(people.comments),
    messages: jsonUnlessEmpty(people.messages),
    replies: jsonUnlessEmpty(replyRows(events)),
    heardAccounts: seenIds.length > 0 ? seenIds : undefined,
  });
  const { rows } = await despiteChange(() =>
    pool.query<{ id: string; status: StoredStatus | 'woken' }>(statement),
  );
  const written: Written = { stored: new Map(), woken: [] };
  for (const { id, status } of rows) {
    if (status === 'woken') written.woken.push(id);
    else written.stored.set(id, status);
  }
  return written;
}

/** Why an event starts nothing whose triggers have let the person through before. */
const PASSED_BEFORE = 'Every trigger that matches has let this person through before.';

function eventRow(event: EventToStore): Record<string, unknown> {
  return {
    id: event.id,
    workspace_id: event.workspaceId,
    scope: event.scope,
    dedupe_key: event.dedupeKey,
    account_external_id: event.accountExternalId,
    kind: event.kind,
    // JSON's null would become a NULL of SQL, which the column does not take.
    payload: event.payload ?? {},
    status: event.reason === null ? 'accepted' : 'ignored',
    reason: event.reason,
  };
}

function executionRows(events: EventToStore[], here: ReadonlySet<string>): Record<string, unknown>[] {
  const rows = events.flatMap((event) =>
    event.executions.map((execution) => ({
      id: execution.id,
      workspace_id: execution.workspaceId,
      flow_id: execution.flowId,
      flow_version: execution.flowVersion,
      trigger_node_id: execution.triggerNodeId,
      event: execution.event,
      webhook_event_id: event.id,
      dedupe_key: execution.dedupeKey,
      contact_key: execution.contactKey,
      here: here.has(execution.id),
      scope: event.scope,
      ...passColumns(event, execution),
    })),
  );
  return rows.map((row, place) => ({ ...row, place }));
}

/** A person who can't be named, as in a mention, passes every time. */
function passColumns({ account, event }: EventToStore, { pass, event: { from } }: ExecutionToStore) {
  if (!pass || !account || !from) return {};
  return {
    pass_key: `${account.externalId}:${from.id}`,
    pass_seconds: pass.seconds,
    first_only: pass.firstOnly,
    account_id: account.id,
    person: from.id,
    at: event?.at,
  };
}
