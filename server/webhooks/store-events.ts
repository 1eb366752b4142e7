import { statementOfParts } from '../database/statement-of-parts.ts';
import { hasTurn } from '../executions/has-turn.ts';
import {
  nextInLine,
  nextInLineOnConflict,
  startsBesideReply,
  wakeByMessage,
} from '../executions/wake-by-message.ts';

/**
 * Stores events, what they start and what people wrote: rows of `events`, `executions`, `people`, `comments`, `messages`;
 * `holder` is this process. An event that is known already starts nothing; an event that came over two URLs starts a flow
 * once (`flow_executions_dedupe`). An execution begins `here` if nothing of the contact is under way and the flow is not
 * paused.
 *
 * `passedBefore`, the reason of what is refused: some executions need a pass (`pass_key`), and of those only those start
 * that get one. `trigger_passes` is locked row by row, so that of two webhooks at once one passes.
 * `replies`: messages that may be replies; one that an execution waits for wakes it and starts nothing.
 * `heardAccounts`: accounts to be marked as heard of.
 */
export const storeEvents = statementOfParts(
  'store-events',
  [
    'events',
    'executions',
    'people',
    'holder',
    'passedBefore',
    'comments',
    'messages',
    'replies',
    'heardAccounts',
  ] as const,
  ({ events, executions, people, holder, passedBefore, comments, messages, replies, heardAccounts }) => `
with people as (
  insert into contacts as c (id, workspace_id, account_id, external_id, username)
  select r.* from jsonb_to_recordset(${people}::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, external_id text,
    username text)
  on conflict (account_id, external_id) do update set username = coalesce(excluded.username, c.username),
    updated_at = now()
  returning id, workspace_id, account_id, external_id
), ${replies ? wakeByMessage(replies) : ''}wanted as ${passedBefore ? 'materialized' : 'not materialized'} (
  select r.* from jsonb_to_recordset(${executions}::jsonb) as r(id uuid, workspace_id uuid, flow_id uuid,
    flow_version int, trigger_node_id text, event jsonb, webhook_event_id uuid, dedupe_key text, contact_key text,
    place int, here boolean, scope text, pass_key text, pass_seconds float8, first_only boolean, account_id uuid,
    person text, at timestamptz)
  ${replies ? `where ${startsBesideReply('r.webhook_event_id', 'r.flow_id')}` : ''}
), ${passedBefore ? PASSES : ''}stored as (
  insert into webhook_events (id, workspace_id, scope, dedupe_key, account_external_id, kind, payload, status, reason)
  ${storedRows(events, passedBefore, replies)}
  on conflict (scope, dedupe_key) do nothing returning id
), started as (
  insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, webhook_event_id,
    dedupe_key, contact_key, status, lease_owner, started_at)
  select r.id, r.workspace_id, r.flow_id, r.flow_version, r.trigger_node_id, r.event, r.webhook_event_id, r.dedupe_key,
    r.contact_key, case when begins.here then 'running' else 'queued' end, case when begins.here then ${holder} end,
    case when begins.here then now() end
  from ${passedBefore ? 'starting' : 'wanted'} r
  -- The limit keeps it one look into the index for each row; else all that is open would be read, however much that is.
  left join lateral (
    select true as here where r.here and not exists (
      select 1 from flow_executions o where o.flow_id = r.flow_id and o.contact_key = r.contact_key
        and ${hasTurn('o')}
    ) and not exists (select 1 from flows f where f.id = r.flow_id and f.paused_at is not null)
    limit 1
  ) as begins on true
  where r.webhook_event_id in (select id from stored) order by r.place
  on conflict (flow_id, dedupe_key) where dedupe_key is not null do nothing returning id, status
)${comments ? writeComments(comments) : ''}${messages ? writeMessages(messages, replies) : ''}${heardAccounts ? markHeard(heardAccounts) : ''}
select id, status from started${replies ? ` union all select execution_id, 'woken' from woken` : ''}`,
);

/** Of what is wanted, `starting` is what gets a pass or needs none; `refused` are the events of the rest. */
const PASSES = `entitled as materialized (
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
), `;

/** An event that woke an execution was accepted, whatever else it started; one that got no pass was not. */
function storedRows(events: string | null, passedBefore: string | null, replies: string | null): string {
  const refused = passedBefore ? 'when refused.id is not null then' : '';
  const woke = replies ? 'when w.event_id is not null then' : '';
  const choose = (whenWoken: string, whenRefused: string, otherwise: string): string =>
    refused || woke
      ? `case ${woke && `${woke} ${whenWoken}`} ${refused && `${refused} ${whenRefused}`} else ${otherwise} end`
      : otherwise;
  return `select r.id, r.workspace_id, r.scope, r.dedupe_key, r.account_external_id, r.kind, r.payload,
    ${choose(`'accepted'`, `'ignored'`, 'r.status')}, ${choose('null', `${passedBefore}::text`, 'r.reason')}
  from jsonb_to_recordset(${events}::jsonb) as r(id uuid, workspace_id uuid, scope text, dedupe_key text,
    account_external_id text, kind text, payload jsonb, status text, reason text)
  ${passedBefore ? 'left join refused using (id)' : ''} ${replies ? 'left join woken w on w.event_id = r.id' : ''}`;
}

const writeComments = (comments: string) => `, written_comments as (
  insert into comments (id, workspace_id, account_id, contact_id, external_id, parent_external_id, media_id, direction,
    text, at)
  select r.id, r.workspace_id, r.account_id, p.id, r.external_id, r.parent_external_id, r.media_id, r.direction, r.text,
    r.at
  from jsonb_to_recordset(${comments}::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, contact_external_id text,
    external_id text, parent_external_id text, media_id text, direction text, text text, at timestamptz)
  left join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
  on conflict (account_id, external_id) do nothing
)`;

const writeMessages = (messages: string, replies: string | null) => `, written as (
  select r.*, p.id as contact_id, p.workspace_id
  from jsonb_to_recordset(${messages}::jsonb) as r(id uuid, conversation_id uuid, account_id uuid,
    contact_external_id text, external_id text, direction text, author text, text text, attachments jsonb,
    at timestamptz, edited_at timestamptz, deleted_at timestamptz, opened_at timestamptz, sent_at timestamptz)
  join people p on p.account_id = r.account_id and p.external_id = r.contact_external_id
), talks as (
  insert into conversations as v (id, workspace_id, account_id, contact_id, last_incoming_at, last_outgoing_at,
    waiting_execution_id)
  select (array_agg(conversation_id))[1], workspace_id, account_id, contact_id, max(opened_at), max(sent_at),
    ${replies ? nextInLine('written.contact_id') : 'null::uuid'}
  from written group by workspace_id, account_id, contact_id
  on conflict (contact_id) do update set
    last_incoming_at = greatest(v.last_incoming_at, excluded.last_incoming_at),
    last_outgoing_at = greatest(v.last_outgoing_at, excluded.last_outgoing_at)
    ${replies ? `, waiting_execution_id = ${nextInLineOnConflict}` : ''}
  returning id, contact_id, workspace_id
), written_messages as (
  insert into messages as m (id, workspace_id, conversation_id, external_id, direction, author, text, attachments, at,
    edited_at, deleted_at, execution_id)
  select w.id, t.workspace_id, t.id, w.external_id, w.direction, w.author, w.text, w.attachments, w.at, w.edited_at,
    w.deleted_at, ${replies ? WOKEN_BY : 'null::uuid'}
  from written w join talks t using (contact_id) where w.external_id <> ''
  on conflict (conversation_id, external_id) do update set
    text = case when excluded.edited_at >= coalesce(m.edited_at, '-infinity') then excluded.text else m.text end,
    edited_at = greatest(m.edited_at, excluded.edited_at), deleted_at = coalesce(m.deleted_at, excluded.deleted_at)
  where excluded.edited_at is not null or excluded.deleted_at is not null
)`;

const WOKEN_BY = `(select o.execution_id from woken o where o.contact_id = w.contact_id
      and o.external_id = w.external_id and w.direction = 'in')`;

const markHeard = (accounts: string) => `, heard as (
  update accounts set last_event_at = now() where id in (
    select id from accounts where id = any(${accounts}::uuid[])
      and (last_event_at is null or last_event_at < now() - interval '1 minute')
    for no key update skip locked)
)`;
