import { statementOfParts } from '../database/statement-of-parts.ts';
import { beginMessageWaits } from './begin-message-waits.ts';

/**
 * Writes journal entries of several executions: `ids` and `holders`, who holds each; rows of `steps`, of those among them
 * that begin to wait for a message (`messageWaits`), of `effects`, `approvals` and `ends`.
 *
 * Every part joins `held`, so that nothing of an execution that was taken over is written; its rows are locked, so that
 * none can be taken over meanwhile. A decision or message that came while the execution ran has set `resume_at` (see
 * decide-approval.ts): then the execution that is put to wait is due at once. An end that is written already, by a write
 * whose answer got lost, is answered as if it were written now.
 *
 * No part may cost the square of the batch: a slow batch makes the next one larger. So sets are compared with `in`, which
 * PostgreSQL hashes, and rows of `flow_executions` are looked up by one id, not by one that is also in a list. The status of
 * approvals stands there as no index has it, so that they are found by their execution.
 */
export const writeEntries = statementOfParts(
  'write-entries',
  ['ids', 'holders', 'steps', 'messageWaits', 'effects', 'approvals', 'ends'] as const,
  ({ ids, holders, steps, messageWaits, effects, approvals, ends }) => `
with named as materialized (
  -- By primary key: an index of what is running is full of what was running a moment ago.
  select e.id, e.lease_owner, e.status${messageWaits ? ', e.workspace_id, e.event, e.created_at' : ''}
  from flow_executions e where e.id = any(${ids}::uuid[]) for no key update of e
), held as (
  select named.* from named
  join unnest(${ids}::uuid[], ${holders}::text[]) as h(id, holder) on h.id = named.id and h.holder = named.lease_owner
  where named.status = 'running'
)${ends ? readEnds(ends) : ''}${messageWaits ? beginMessageWaits(messageWaits, ends !== null) : ''}${steps ? writeSteps(steps, messageWaits !== null) : ''}${effects ? writeEffects(effects) : ''}${approvals ? writeApprovals(approvals) : ''}${ends ? writeEnds(messageWaits !== null) : ''}
${ends ? ANSWER_WITH_ENDS : `select id, status, null::timestamptz as resume_at from held`}`,
);

const writeSteps = (steps: string, hasWaits: boolean) => `, steps as (
  insert into execution_steps as s (execution_id, node_id, workspace_id, seq, status, attempt, started_at, finished_at,
    input, output, ports, error, logs, usage, wait, resume, retry_at)
  select r.execution_id, r.node_id, r.workspace_id, r.seq, r.status, r.attempt, r.started_at, r.finished_at, r.input,
    r.output, r.ports, r.error, r.logs, r.usage,
    ${hasWaits ? WAIT_IN_LINE : 'r.wait'}, ${hasWaits ? 'coalesce(missed.resume, r.resume)' : 'r.resume'}, r.retry_at
  from jsonb_to_recordset(${steps}::jsonb) as r(execution_id uuid, node_id text, workspace_id uuid, seq int,
    status text, attempt int, started_at timestamptz, finished_at timestamptz, input jsonb, output jsonb, ports text[],
    error jsonb, logs jsonb, usage jsonb, wait jsonb, resume jsonb, retry_at timestamptz)
  ${hasWaits ? 'left join lines using (execution_id, node_id) left join missed using (execution_id, node_id)' : ''}
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id) do update set seq = excluded.seq, status = excluded.status,
    attempt = excluded.attempt, started_at = excluded.started_at, finished_at = excluded.finished_at,
    input = excluded.input, output = excluded.output, ports = excluded.ports, error = excluded.error,
    logs = excluded.logs, usage = excluded.usage, wait = excluded.wait, resume = excluded.resume,
    retry_at = excluded.retry_at
)`;

const WAIT_IN_LINE = `case when lines.behind is null then r.wait
      else r.wait || jsonb_build_object('behind', lines.behind) end`;

const writeEffects = (effects: string) => `, effects as (
  insert into effects as f (execution_id, node_id, key, workspace_id, status, description, request, result, error,
    intended_at, settled_at)
  select r.execution_id, r.node_id, r.key, r.workspace_id, r.status, r.description, r.request, r.result, r.error,
    coalesce(r.intended_at, now()), case when r.status <> 'intended' then now() end
  from jsonb_to_recordset(${effects}::jsonb) as r(execution_id uuid, node_id text, key text, workspace_id uuid,
    status text, description text, request jsonb, result jsonb, error jsonb, intended_at timestamptz)
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id, key) do update set status = excluded.status, description = excluded.description,
    request = coalesce(excluded.request, f.request), result = excluded.result, error = excluded.error,
    intended_at = case when excluded.status = 'intended' then excluded.intended_at else f.intended_at end,
    settled_at = excluded.settled_at
)`;

const writeApprovals = (approvals: string) => `, approvals as (
  insert into approvals (id, workspace_id, flow_id, execution_id, node_id, draft, context, expires_at)
  select r.* from jsonb_to_recordset(${approvals}::jsonb) as r(id uuid, workspace_id uuid, flow_id uuid,
    execution_id uuid, node_id text, draft text, context jsonb, expires_at timestamptz)
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id) do update set status = 'pending', draft = excluded.draft,
    context = excluded.context, expires_at = excluded.expires_at, final_text = null, reason = null, decided_by = null,
    decided_at = null
)`;

const readEnds = (ends: string) => `, endings as (
  select * from jsonb_to_recordset(${ends}::jsonb) as r(execution_id uuid, status text, error jsonb,
    resume_at timestamptz, keeps_turn boolean, last_seq int)
)`;

const writeEnds = (hasWaits: boolean) => `, ended as (
  update flow_executions e set status = r.status, error = r.error, last_seq = r.last_seq,
    resume_at = case when r.status = 'waiting' then coalesce(${hasWaits ? DUE_IF_MISSED : ''}e.resume_at, r.resume_at) end,
    keeps_turn = r.keeps_turn, finished_at = case when r.status <> 'waiting' then now() end, lease_owner = null
  from endings r join held on held.id = r.execution_id
  where e.id = held.id and e.lease_owner = held.lease_owner
  returning e.id, e.status, e.resume_at
), closed as (
  update approvals a set status = 'cancelled', decided_at = now() from ended
  where a.execution_id = ended.id and a.status || '' = 'pending' and ended.status <> 'waiting'
)`;

const DUE_IF_MISSED = '(select now() from missed where missed.execution_id = e.id limit 1), ';

const ANSWER_WITH_ENDS = `
select id, status, resume_at from ended
union all
select id, 'running', null from held where id not in (select id from ended)
union all
select e.id, e.status, e.resume_at
from endings r join flow_executions e on e.id = r.execution_id and e.status = r.status and e.last_seq = r.last_seq
where r.execution_id not in (select id from held)`;
