import type { TriggerEvent } from '../../engine/event.ts';
import type { EventToStore } from '../webhooks/ingest.ts';
import { failAsChanged } from './despite-change.ts';

/**
 * Whether what a person sent may be the reply that an execution waits for: a message (a tapped quick reply is one) or the
 * reply to a story. A tapped button (postback) belongs to the flows that it starts, and is a reply where it starts none: a
 * person who is asked for an e-mail address may still open the menu.
 * @param startsFlows whether triggers match the event
 */
export function isReply({ kind, isOwn }: TriggerEvent, startsFlows: boolean): boolean {
  if (isOwn) return false;
  return kind === 'message' || kind === 'story_reply' || (kind === 'postback' && !startsFlows);
}

/** Rows of the replies among events, as the statement below wants them. */
export function replyRows(events: readonly EventToStore[]): Record<string, unknown>[] {
  return events.flatMap(({ id, account, event, executions, scope, dedupeKey }, place) => {
    if (!account || !event?.from || !event.message || !isReply(event, executions.length > 0)) return [];
    const { raw: _raw, ...reply } = event;
    return [
      {
        event_id: id,
        account_id: account.id,
        person: event.from.id,
        external_id: event.message.id,
        scope,
        dedupe_key: dedupeKey,
        place,
        event: reply,
      },
    ];
  });
}

/**
 * Part of the statement that stores incoming events: the message of a person wakes the execution that has waited for it the
 * shortest time; others of the same person wait on for the message after it. In the one statement that stores the message,
 * so that a crash loses no reply and a message that is delivered again wakes nothing.
 *
 * Reads `people` and the rows of `replies` (a parameter); gives `woken`, and `answering`: the events that start no flow but
 * those that the wait lets them start.
 */
export const wakeByMessage = (replies: string) => `
said as (
  select r.*, p.id as contact_id, exists (select 1 from conversations v join messages m on m.conversation_id = v.id
      where v.contact_id = p.id and m.external_id = r.external_id and m.execution_id is not null) as woke_before
  from jsonb_to_recordset(${replies}::jsonb) as r(event_id uuid, account_id uuid, person text, external_id text, scope text,
    dedupe_key text, place int, event jsonb)
  join people p on p.account_id = r.account_id and p.external_id = r.person
  where not exists (select 1 from webhook_events e where e.scope = r.scope and e.dedupe_key = r.dedupe_key)
), replies as (
  select i.*, row_number() over (partition by contact_id order by place) as turn from (
    select distinct on (contact_id, coalesce(nullif(external_id, ''), event_id::text)) * from said
    order by contact_id, coalesce(nullif(external_id, ''), event_id::text), place
  ) i
  where not exists (select 1 from conversations v join messages m on m.conversation_id = v.id
    where v.contact_id = i.contact_id and m.external_id = i.external_id)
), in_line as (
  select distinct on (v.contact_id, s.execution_id, s.node_id) v.contact_id, s.execution_id, s.node_id, s.wait, s.seq,
    e.flow_id, line.place
  from conversations v
  cross join lateral (
    select v.waiting_execution_id as id, 0::bigint as place
    union all
    select behind.id::uuid, behind.place from execution_steps h
    cross join lateral jsonb_array_elements_text(h.wait->'behind') with ordinality as behind(id, place)
    where h.execution_id = v.waiting_execution_id and h.status = 'waiting' and h.wait->>'for' = 'message'
  ) as line
  join flow_executions e on e.id = line.id and e.status in ('waiting', 'running', 'queued')
  join execution_steps s on s.execution_id = e.id and s.status = 'waiting' and s.resume is null
    and s.wait->>'for' = 'message'
  where v.waiting_execution_id is not null and v.contact_id in (select contact_id from replies)
  order by v.contact_id, s.execution_id, s.node_id, line.place
), waiting as (
  select *, row_number() over (partition by contact_id order by place, seq desc) as turn from in_line
), paired as (
  select * from replies join waiting using (contact_id, turn)
), woken_executions as (
  update flow_executions e set resume_at = case when e.status = 'running' then now() end,
    status = case when e.status = 'waiting' then 'queued' else e.status end
  from (select distinct execution_id from paired) p
  where e.id = p.execution_id and e.status in ('waiting', 'running', 'queued') returning e.id
), woken as (
  update execution_steps s set resume = jsonb_build_object('kind', 'message', 'event', p.event, 'state', p.wait->'state')
  from paired p join woken_executions e on e.id = p.execution_id
  where s.execution_id = p.execution_id and s.node_id = p.node_id and s.status = 'waiting' and s.resume is null
  returning s.execution_id, p.flow_id, p.contact_id, p.external_id, p.event_id,
    coalesce((p.wait->'alsoStartsFlows')::boolean, false) as also_starts
), answering as (
  select i.event_id, w.flow_id, w.also_starts from woken w join said i on i.contact_id = w.contact_id
    and (i.event_id = w.event_id or (i.external_id = w.external_id and i.external_id <> ''))
  union all
  select event_id, null, false from said where woke_before
), `;

/** Whether an event starts a flow, beside the replies that it is. */
export const startsBesideReply = (eventId: string, flowId: string) =>
  `not exists (select 1 from answering a where a.event_id = ${eventId}
    and (not a.also_starts or a.flow_id = ${flowId}))`;

/** Who waits in the conversation of a contact once the replies of this statement are taken. For the insert. */
export const nextInLine = (contactId: string) => `(
    select w.execution_id from waiting w where w.contact_id = ${contactId}
      and w.turn > (select count(*) from replies r where r.contact_id = ${contactId}) order by w.turn limit 1)`;

/** The same for the update on conflict: a wait that began meanwhile is not overlooked. */
export const nextInLineOnConflict = `case
    when not exists (select 1 from replies r where r.contact_id = v.contact_id) then v.waiting_execution_id
    when v.waiting_execution_id is distinct from
      (select b.waiting_execution_id from conversations b where b.contact_id = v.contact_id)
    then ${failAsChanged('v.id')} else excluded.waiting_execution_id end`;
