import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import { createOptOuts } from '../conversations/opt-outs.ts';
import { privateTexts } from '../conversations/private-texts.ts';
import { despiteChange } from '../executions/despite-change.ts';
import { createGroupCommit, isUniqueViolation } from '../executions/group-commit.ts';
import { hasTurn } from '../executions/has-turn.ts';
import { jsonParameter } from '../executions/json-parameter.ts';
import {
  nextInLine,
  nextInLineOnConflict,
  replyRows,
  startsBesideReply,
  wakeByMessage,
} from '../executions/wake-by-message.ts';
import type { Faults } from '../faults.ts';
import { LruMap } from '../lru-map.ts';
import type { KnownAccount } from './known-accounts.ts';
import { peopleRows } from './people-rows.ts';
import type { PassRule } from './server-filters.ts';

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
  const seenIds = seen(events.flatMap(({ account }) => (account ? [account.id] : [])));
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
  const hereIds = new Set(here.map(({ id }) => id));
  const statement = {
    name: 'ingest-events',
    text: INGEST,
    values: [
      jsonParameter(events.map(eventRow)),
      jsonParameter(executionRows(events, hereIds)),
      jsonParameter(people.contacts),
      jsonParameter(people.comments),
      jsonParameter(people.messages),
      holder,
      seenIds,
      PASSED_BEFORE,
      jsonParameter(replyRows(events)),
    ],
  };
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

/**
 * `$1` events, `$2` executions, `$3` contacts, `$4` comments, `$5` messages, `$6` this process, `$7` accounts to be marked
 * as heard of, `$8` the reason of what has passed before. An event that is known already starts nothing; an event that
 * came over two URLs starts a flow once (`flow_executions_dedupe`). An execution begins `here` if nothing of the contact
 * is under way and the flow is not paused. Of executions that need a pass (`pass_key`) only those start that get one:
 * `trigger_passes` is locked row by row, so that of two webhooks at once one passes. `$9` messages that may be replies: one
 * that an execution waits for wakes it and starts nothing (wake-by-message.ts).
 */
const INGEST = `
with people as (
  insert into contacts as c (id, workspace_id, account_id, external_id, username)
  select r.* from jsonb_to_recordset($3::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, external_id text,
    username text)
  on conflict (account_id, external_id) do update set username = coalesce(excluded.username, c.username),
    updated_at = now()
  returning id, workspace_id, account_id, external_id
), ${wakeByMessage('$9')}wanted as materialized (
  select r.* from jsonb_to_recordset($2::jsonb) as r(id uuid, workspace_id uuid, flow_id uuid, flow_version int,
    trigger_node_id text, event jsonb, webhook_event_id uuid, dedupe_key text, contact_key text, place int, here boolean,
    scope text, pass_key text, pass_seconds float8, first_only boolean, account_id uuid, person text, at timestamptz)
  where ${startsBesideReply('r.webhook_event_id', 'r.flow_id')}
), entitled as materialized (
  select distinct on (w.flow_id, w.trigger_node_id, w.pass_key) w.* from wanted w
  where w.pass_key is not null
    and not exists (select 1 from webhook_events e where e.scope = w.scope and e.dedupe_key = w.dedupe_key)
    and not exists (select 1 from flow_executions e where e.flow_id = w.flow_id and e.dedupe_key = w.dedupe_key)
    and not (w.first_only and exists (
      select 1 from contacts c join conversations v on v.contact_id = c.id
      where c.account_id = w.account_id and c.external_id = w.person
        and v.last_incoming_at > to_timestamp(0) and v.last_incoming_at < w.at))
  order by w.flow_id, w.trigger_node_id, w.pass_key, w.place
), passed as (
  insert into trigger_passes as p (workspace_id, flow_id, node_id, contact_key, at)
  select workspace_id, flow_id, trigger_node_id, pass_key, now() from entitled
  on conflict (flow_id, node_id, contact_key) do update set at = excluded.at
  where p.at <= (select now() - make_interval(secs => e.pass_seconds) from entitled e
    where e.flow_id = p.flow_id and e.trigger_node_id = p.node_id and e.pass_key = p.contact_key)
  returning flow_id, node_id, contact_key
), starting as materialized (
  select w.* from wanted w where w.pass_key is null
  union all select e.* from entitled e join passed p on p.flow_id = e.flow_id and p.node_id = e.trigger_node_id
    and p.contact_key = e.pass_key
), refused as (
  select webhook_event_id as id from wanted where pass_key is not null
  except select webhook_event_id from starting
), stored as (
  insert into webhook_events (id, workspace_id, scope, dedupe_key, account_external_id, kind, payload, status, reason)
  select r.id, r.workspace_id, r.scope, r.dedupe_key, r.account_external_id, r.kind, r.payload,
    case when w.event_id is not null then 'accepted' when refused.id is null then r.status else 'ignored' end,
    case when w.event_id is not null then null when refused.id is null then r.reason else $8::text end
  from jsonb_to_recordset($1::jsonb) as r(id uuid, workspace_id uuid, scope text, dedupe_key text,
    account_external_id text, kind text, payload jsonb, status text, reason text) left join refused using (id)
    left join woken w on w.event_id = r.id
  on conflict (scope, dedupe_key) do nothing returning id
), started as (
  insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, webhook_event_id,
    dedupe_key, contact_key, status, lease_owner, started_at)
  select r.id, r.workspace_id, r.flow_id, r.flow_version, r.trigger_node_id, r.event, r.webhook_event_id, r.dedupe_key,
    r.contact_key, case when begins then 'running' else 'queued' end, case when begins then $6 end,
    case when begins then now() end
  from starting r
  cross join lateral (select r.here and not exists (
      select 1 from flow_executions o where o.flow_id = r.flow_id and o.contact_key = r.contact_key
        and ${hasTurn('o')}
    ) and not exists (select 1 from flows f where f.id = r.flow_id and f.paused_at is not null) as begins) as b
  where r.webhook_event_id in (select id from stored) order by r.place
  on conflict (flow_id, dedupe_key) where dedupe_key is not null do nothing returning id, status
), written_comments as (
  insert into comments (id, workspace_id, account_id, contact_id, external_id, parent_external_id, media_id, direction,
    text, at)
  select r.id, r.workspace_id, r.account_id, p.id, r.external_id, r.parent_external_id, r.media_id, r.direction, r.text,
    r.at
  from jsonb_to_recordset($4::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, contact_external_id text,
    external_id text, parent_external_id text, media_id text, direction text, text text, at timestamptz)
  left join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
  on conflict (account_id, external_id) do nothing
), written as (
  select r.*, p.id as contact_id, p.workspace_id
  from jsonb_to_recordset($5::jsonb) as r(id uuid, conversation_id uuid, account_id uuid, contact_external_id text,
    external_id text, direction text, author text, text text, attachments jsonb, at timestamptz, edited_at timestamptz,
    deleted_at timestamptz, opened_at timestamptz, sent_at timestamptz)
  join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
), talks as (
  insert into conversations as v (id, workspace_id, account_id, contact_id, last_incoming_at, last_outgoing_at,
    waiting_execution_id)
  select (array_agg(conversation_id))[1], workspace_id, account_id, contact_id, max(opened_at), max(sent_at),
    ${nextInLine('written.contact_id')}
  from written group by workspace_id, account_id, contact_id
  on conflict (contact_id) do update set
    last_incoming_at = greatest(v.last_incoming_at, excluded.last_incoming_at),
    last_outgoing_at = greatest(v.last_outgoing_at, excluded.last_outgoing_at),
    waiting_execution_id = ${nextInLineOnConflict}
  returning id, contact_id, workspace_id
), written_messages as (
  insert into messages as m (id, workspace_id, conversation_id, external_id, direction, author, text, attachments, at,
    edited_at, deleted_at, execution_id)
  select w.id, t.workspace_id, t.id, w.external_id, w.direction, w.author, w.text, w.attachments, w.at, w.edited_at,
    w.deleted_at, (select o.execution_id from woken o where o.contact_id = w.contact_id
      and o.external_id = w.external_id and w.direction = 'in')
  from written w join talks t using (contact_id) where w.external_id <> ''
  on conflict (conversation_id, external_id) do update set
    text = case when excluded.edited_at >= coalesce(m.edited_at, '-infinity') then excluded.text else m.text end,
    edited_at = greatest(m.edited_at, excluded.edited_at), deleted_at = coalesce(m.deleted_at, excluded.deleted_at)
  where excluded.edited_at is not null or excluded.deleted_at is not null
), heard as (
  update accounts set last_event_at = now() where id in (
    select id from accounts where id = any($7::uuid[])
      and (last_event_at is null or last_event_at < now() - interval '1 minute')
    for no key update skip locked)
)
select id, status from started union all select execution_id, 'woken' from woken`;

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
