import type { StepRecord } from '../../engine/journal.ts';
import { newId } from '../database/id.ts';
import { failAsChanged } from './despite-change.ts';

/** Waits further back than this are not found by a message any more; they end by their time. */
const LONGEST_LINE = 20;

/** A step that begins to wait for a message, as the statement below wants it; null for every other step. */
export function messageWaitRow(executionId: string, step: StepRecord): Record<string, unknown> | null {
  if (step.status !== 'waiting' || step.wait?.for !== 'message' || step.resume) return null;
  return {
    execution_id: executionId,
    node_id: step.nodeId,
    state: step.wait.state,
    contact_id: newId(),
    conversation_id: newId(),
  };
}

/**
 * When the execution last did something: from then on a message is an answer to it. A step that sent something counts from
 * its intention, one that was woken by a message from that message, and any other from its end.
 */
const LAST_DEED = `greatest((h.event->>'at')::timestamptz, h.created_at,
      (select max(f.intended_at) from effects f where f.execution_id = h.id),
      (select max(coalesce((select max(f.intended_at) from effects f
          where f.execution_id = s.execution_id and f.node_id = s.node_id),
        (s.resume->'event'->>'at')::timestamptz, s.finished_at)) from execution_steps s where s.execution_id = h.id))`;

/**
 * Part of the statement that writes the journal: the steps that begin to wait for a message stand in line for the next one
 * of their person. The conversation names the newest execution that waits, so that a message finds it by one look at a row
 * that it writes anyway, however many wait; the wait of each names those `behind` it, for when it is over.
 *
 * An answer may be quicker than the journal, or come between a crash and the restart: a message that came after the last
 * thing that the execution did, and that woke nobody, is `missed` and wakes the step at once. Times of the platform and of
 * the database are compared for these alone.
 *
 * Reads `held`, `endings` where there are some, and the rows of `waits` (a parameter); gives `lines` and `missed`, one row a step each at most.
 */
export const beginMessageWaits = (waits: string, hasEnds: boolean) => `, asked as (
  select w.*, h.workspace_id, h.event, a.id as account_id, h.event->'from'->>'id' as person,
    ${LAST_DEED} as since
  from jsonb_to_recordset(${waits}::jsonb) as w(execution_id uuid, node_id text, state jsonb, contact_id uuid,
    conversation_id uuid, place int)
  join held h on h.id = w.execution_id
  join accounts a on a.platform = 'instagram' and a.workspace_id = h.workspace_id
    and a.external_id = h.event->'account'->>'id'
  where h.event->'from'->>'id' is not null
), persons as (
  insert into contacts as c (id, workspace_id, account_id, external_id, username)
  select distinct on (account_id, person) contact_id, workspace_id, account_id, person, event->'from'->>'username'
  from asked order by account_id, person
  on conflict (account_id, external_id) do update set username = coalesce(excluded.username, c.username)
  returning id, account_id, external_id
), seen as (
  select p.id as contact_id, v.id as conversation_id, v.waiting_execution_id, v.last_incoming_at,
    case when v.waiting_execution_id is null then '[]'::jsonb
      else jsonb_build_array(v.waiting_execution_id) || coalesce((select s.wait->'behind' from execution_steps s
        where s.execution_id = v.waiting_execution_id and s.status = 'waiting' and s.wait->>'for' = 'message'
        order by s.seq desc limit 1), '[]'::jsonb) end as line
  from persons p left join conversations v on v.contact_id = p.id
), begun as (
  select a.execution_id, a.node_id, a.state, a.workspace_id, a.account_id, a.event, a.since, p.id as contact_id,
    a.conversation_id, seen.conversation_id as known_conversation_id, seen.line,
    row_number() over (partition by p.id order by a.place desc) as newness
  from asked a join persons p on p.account_id = a.account_id and p.external_id = a.person
  join seen on seen.contact_id = p.id
), missed as (
  select b.execution_id, b.node_id, m.id as message_id, jsonb_build_object('kind', 'message',
    'state', b.state, 'event', jsonb_build_object('kind', 'message',
      'at', to_char(m.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'account', b.event->'account', 'from', b.event->'from',
      'message', jsonb_build_object('id', m.external_id, 'text', m.text, 'attachments', m.attachments))) as resume
  from begun b cross join lateral (
    select * from messages m where m.conversation_id = b.known_conversation_id and m.direction = 'in'
      and m.at > b.since and m.execution_id is null and m.deleted_at is null
      and not m.attachments @> '[{"type": "story_mention"}]' order by m.at limit 1
  ) m where b.newness = 1
), lines as (
  select b.execution_id, b.node_id, b.contact_id, b.newness,
    jsonb_path_query_array((select coalesce(jsonb_agg(o.execution_id order by o.newness), '[]'::jsonb) from begun o
      where o.contact_id = b.contact_id and o.newness > b.newness) || b.line, '$[0 to ${LONGEST_LINE - 1}]') as behind
  from begun b where not exists (
    select 1 from missed m where m.execution_id = b.execution_id and m.node_id = b.node_id)
), waiting_conversations as (
  insert into conversations as v (id, workspace_id, account_id, contact_id, waiting_execution_id)
  select distinct on (contact_id) b.conversation_id, b.workspace_id, b.account_id, contact_id, b.execution_id
  from lines join begun b using (execution_id, node_id, contact_id) order by contact_id, b.newness
  on conflict (contact_id) do update set waiting_execution_id = (
    select case when seen.waiting_execution_id is distinct from v.waiting_execution_id
        or seen.last_incoming_at is distinct from v.last_incoming_at
      then ${failAsChanged('v.id')} else excluded.waiting_execution_id end
    from seen where seen.contact_id = v.contact_id)
), taken as (
  update messages m set execution_id = missed.execution_id from missed where m.id = missed.message_id
), hurried as (
  update flow_executions e set resume_at = now() from missed where e.id = missed.execution_id
  ${hasEnds ? 'and not exists (select 1 from endings r where r.execution_id = e.id)' : ''}
)`;
