import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import { hasTurn } from './has-turn.ts';
import type { DueExecution } from './lanes.ts';
import { laneOf } from './lanes.ts';

/** An execution that may go on, as the database answers it. */
export type DueRow = { id: string; kind: TriggerEvent['kind'] };

export const toDue = ({ id, kind }: DueRow): DueExecution => ({ id, lane: laneOf(kind) });

/**
 * Queues waiting executions whose time has come, and tells their steps so: a delay is over, an approval or a reply came
 * too late.
 */
export async function wakeDue(pool: pg.Pool, limit: number): Promise<DueExecution[]> {
  const { rows } = await pool.query<DueRow>({ name: 'wake-due', text: WAKE_DUE, values: [limit] });
  return rows.map(toDue);
}

/** When the next waiting execution is due, or null when none waits for time. */
export async function nextDue(pool: pg.Pool): Promise<Date | null> {
  const { rows } = await pool.query<{ at: Date }>({
    name: 'next-due',
    text: `select resume_at as at from flow_executions where status = 'waiting' and resume_at is not null
      order by resume_at limit 1`,
  });
  return rows[0]?.at ?? null;
}

/**
 * Nobody answered in time: who waits behind is next in the line of the conversation (begin-message-waits.ts). Reads `steps`.
 */
const PASS_ON = `
unanswered as (
  select e.id, e.workspace_id, e.event->'account'->>'id' as account, e.event->'from'->>'id' as person, s.wait->'behind' as behind
  from steps s join flow_executions e on e.id = s.execution_id where s.wait->>'for' = 'message'
), passed_on as (
  update conversations v set waiting_execution_id = (
    select w.execution_id from jsonb_array_elements_text(u.behind) with ordinality as behind(id, place)
    join execution_steps w on w.execution_id = behind.id::uuid and w.status = 'waiting' and w.resume is null
      and w.wait->>'for' = 'message'
    join flow_executions o on o.id = w.execution_id and o.status in ('waiting', 'running', 'queued')
    where not exists (select 1 from steps s where s.execution_id = w.execution_id and s.node_id = w.node_id)
    order by behind.place limit 1)
  from unanswered u
  join accounts a on a.platform = 'instagram' and a.external_id = u.account and a.workspace_id = u.workspace_id
  join contacts c on c.account_id = a.id and c.external_id = u.person
  where v.contact_id = c.id and v.waiting_execution_id = u.id
)`;

/** The execution is locked first here and in decide-approval.ts, so that a decision and its expiry can't both hold. */
const WAKE_DUE = `
with due as materialized (
  select id from flow_executions where status = 'waiting' and resume_at <= now()
  order by resume_at limit $1 for update skip locked
), steps as (
  update execution_steps s set resume = case s.wait->>'for'
      when 'approval' then jsonb_build_object('kind', 'approval', 'decision', 'expired')
      else jsonb_build_object('kind', 'time', 'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    end
  from due where s.execution_id = due.id and s.status = 'waiting' and s.resume is null
    and (s.wait->>'until')::timestamptz <= now() returning s.execution_id, s.node_id, s.wait
), approvals as (
  update approvals a set status = 'expired', decided_at = now()
  from due where a.execution_id = due.id and a.status = 'pending' and a.expires_at <= now()
), ${PASS_ON}
update flow_executions e set status = 'queued', resume_at = null from due where e.id = due.id
returning e.id, e.event->>'kind' as kind`;

/** The executions that are next in line behind these, where they are queued. */
export async function nextOfContacts(pool: pg.Pool, executionIds: string[]): Promise<DueExecution[]> {
  const { rows } = await pool.query<DueRow>({
    name: 'next-of-contacts',
    text: `select distinct next.id, next.kind from flow_executions e cross join lateral (
        select n.id, n.status, n.event->>'kind' as kind from flow_executions n where n.flow_id = e.flow_id and n.contact_key = e.contact_key
          and ${hasTurn('n')} order by n.seq limit 1
      ) next where e.id = any($1::uuid[]) and next.status = 'queued'`,
    values: [executionIds],
  });
  return rows.map(toDue);
}
