import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import { newId } from '../database/id.ts';
import { createGroupCommit, isUniqueViolation } from '../executions/group-commit.ts';
import { hasTurn } from '../executions/has-turn.ts';
import { jsonParameter } from '../executions/json-parameter.ts';
import type { Faults } from '../faults.ts';
import type { KnownAccount } from './known-accounts.ts';

export type ExecutionToStore = {
  id: string;
  workspaceId: string;
  flowId: string;
  flowVersion: number;
  triggerNodeId: string;
  event: TriggerEvent;
  dedupeKey: string | null;
  contactKey: string | null;
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

/**
 * Stores deliveries, batched: one statement, and so one transaction, for the deliveries that arrive together. What this
 * process has slots for is stored as held by it and begins at once: the way over the queue is for everything else.
 */
export function createIngest(pool: pg.Pool, reserve: Reserve, faults: Faults): Ingest {
  const commits = createGroupCommit<EventToStore[], StoredExecution[]>({
    maxBatch: 200,
    write: async (deliveries) => {
      const stored = await faults('store', () => storeAndTake(pool, deliveries.flat(), reserve));
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

async function storeAndTake(
  pool: pg.Pool,
  events: EventToStore[],
  reserve: Reserve,
): Promise<Map<string, StoredStatus>> {
  const candidates = firstOfContacts(events.flatMap(({ executions }) => executions));
  const reservation = candidates.length > 0 ? reserve(candidates.map(({ id }) => id)) : null;
  let taken: ExecutionToStore[] = [];
  try {
    const here = candidates.slice(0, reservation?.count ?? 0);
    const stored = await writeEvents(pool, events, here, reservation?.holder ?? null);
    taken = here.filter(({ id }) => stored.get(id) === 'running');
    return stored;
  } catch (error) {
    // Another process has just begun something of the same contact.
    if (reservation && isUniqueViolation(error)) return await writeEvents(pool, events, [], null);
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

async function writeEvents(
  pool: pg.Pool,
  events: EventToStore[],
  here: ExecutionToStore[],
  holder: string | null,
): Promise<Map<string, StoredStatus>> {
  const people = peopleOf(events);
  const hereIds = new Set(here.map(({ id }) => id));
  const { rows } = await pool.query<{ id: string; status: StoredStatus }>({
    name: 'ingest-events',
    text: INGEST,
    values: [
      jsonParameter(events.map(eventRow)),
      jsonParameter(executionRows(events, hereIds)),
      jsonParameter(people.contacts),
      jsonParameter(people.comments),
      jsonParameter(people.messages),
      holder,
    ],
  });
  return new Map(rows.map(({ id, status }) => [id, status]));
}

/**
 * `$1` events, `$2` executions, `$3` contacts, `$4` comments, `$5` messages, `$6` this process. An event that is known
 * already starts nothing; an event that came over two URLs starts a flow once (`flow_executions_dedupe`). An execution
 * begins `here` if nothing of the contact is under way and the flow is not paused.
 */
const INGEST = `
with stored as (
  insert into webhook_events (id, workspace_id, scope, dedupe_key, account_external_id, kind, payload, status, reason)
  select r.* from jsonb_to_recordset($1::jsonb) as r(id uuid, workspace_id uuid, scope text, dedupe_key text,
    account_external_id text, kind text, payload jsonb, status text, reason text)
  on conflict (scope, dedupe_key) do nothing returning id
), started as (
  insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, webhook_event_id,
    dedupe_key, contact_key, status, lease_owner, started_at)
  select r.id, r.workspace_id, r.flow_id, r.flow_version, r.trigger_node_id, r.event, r.webhook_event_id, r.dedupe_key,
    r.contact_key, case when begins.here then 'running' else 'queued' end, case when begins.here then $6 end,
    case when begins.here then now() end
  from jsonb_to_recordset($2::jsonb) as r(id uuid, workspace_id uuid, flow_id uuid, flow_version int,
    trigger_node_id text, event jsonb, webhook_event_id uuid, dedupe_key text, contact_key text, place int, here boolean)
  left join lateral (
    select true as here where r.here and not exists (
      select 1 from flow_executions o where o.flow_id = r.flow_id and o.contact_key = r.contact_key
        and ${hasTurn('o')}
    ) and not exists (select 1 from flows f where f.id = r.flow_id and f.paused_at is not null)
    limit 1
  ) as begins on true
  where r.webhook_event_id in (select id from stored) order by r.place
  on conflict (flow_id, dedupe_key) where dedupe_key is not null do nothing returning id, status
), people as (
  insert into contacts as c (id, workspace_id, account_id, external_id, username)
  select r.* from jsonb_to_recordset($3::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, external_id text,
    username text)
  on conflict (account_id, external_id) do update set username = coalesce(excluded.username, c.username),
    updated_at = now()
  returning id, workspace_id, account_id, external_id
), written_comments as (
  insert into comments (id, workspace_id, account_id, contact_id, external_id, parent_external_id, media_id, direction,
    text, at)
  select r.id, p.workspace_id, p.account_id, p.id, r.external_id, r.parent_external_id, r.media_id, 'in', r.text, r.at
  from jsonb_to_recordset($4::jsonb) as r(id uuid, account_id uuid, contact_external_id text, external_id text,
    parent_external_id text, media_id text, text text, at timestamptz)
  join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
  on conflict (account_id, external_id) do nothing
), incoming as (
  select r.*, p.id as contact_id, p.workspace_id
  from jsonb_to_recordset($5::jsonb) as r(id uuid, conversation_id uuid, account_id uuid, contact_external_id text,
    external_id text, text text, attachments jsonb, at timestamptz)
  join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
), talks as (
  insert into conversations as v (id, workspace_id, account_id, contact_id, last_incoming_at)
  select (array_agg(conversation_id))[1], workspace_id, account_id, contact_id, max(at) from incoming
  group by workspace_id, account_id, contact_id
  on conflict (contact_id) do update set last_incoming_at = greatest(v.last_incoming_at, excluded.last_incoming_at)
  returning id, contact_id, workspace_id
), written_messages as (
  insert into messages (id, workspace_id, conversation_id, external_id, direction, text, attachments, at)
  select i.id, t.workspace_id, t.id, i.external_id, 'in', i.text, i.attachments, i.at
  from incoming i join talks t using (contact_id) where i.external_id <> ''
  on conflict (conversation_id, external_id) do nothing
)
select id, status from started`;

function eventRow(event: EventToStore): Record<string, unknown> {
  return {
    id: event.id,
    workspace_id: event.workspaceId,
    scope: event.scope,
    dedupe_key: event.dedupeKey,
    account_external_id: event.accountExternalId,
    kind: event.kind,
    payload: event.payload,
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
    })),
  );
  return rows.map((row, place) => ({ ...row, place }));
}

/** Kinds by which a person wrote to the account: they open the 24-hour window. */
const MESSAGE_KINDS = new Set(['message', 'postback', 'story_reply', 'story_mention']);

type Row = Record<string, unknown>;

/** What the events tell about people; what the account itself did is not theirs. One row per person. */
function peopleOf(events: EventToStore[]): { contacts: Row[]; comments: Row[]; messages: Row[] } {
  const contacts = new Map<string, Row>();
  const comments: Row[] = [];
  const messages: Row[] = [];
  for (const { account, event } of events) {
    if (!account || !event?.from || event.from.id === account.externalId) continue;
    const { from, comment, message } = event;
    const key = `${account.id} ${from.id}`;
    const before = contacts.get(key);
    contacts.set(key, {
      id: before?.id ?? newId(),
      workspace_id: account.workspaceId,
      account_id: account.id,
      external_id: from.id,
      username: from.username ?? before?.username,
    });
    const common = { id: newId(), account_id: account.id, contact_external_id: from.id, at: event.at };
    if (comment && (event.kind === 'comment' || event.kind === 'live_comment')) {
      comments.push({
        ...common,
        external_id: comment.id,
        parent_external_id: comment.parentId,
        media_id: comment.media?.id,
        text: comment.text,
      });
    }
    if (message && MESSAGE_KINDS.has(event.kind)) {
      const { id: external_id, text, attachments } = message;
      messages.push({ ...common, conversation_id: newId(), external_id, text, attachments });
    }
  }
  return { contacts: [...contacts.values()], comments, messages };
}
