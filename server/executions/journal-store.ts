import type pg from 'pg';
import type { EffectRecord, ExecutionEnd, JournalEntry, StepRecord } from '../../engine/journal.ts';
import { newId } from '../database/id.ts';
import type { Faults } from '../faults.ts';
import { noFaults } from '../faults.ts';
import { createGroupCommit } from './group-commit.ts';
import { jsonParameter } from './json-parameter.ts';

/** What one call of `Journal.write` puts on disk. */
export type JournalWrite = {
  executionId: string;
  /** The name under which this process claimed it. */
  holder: string;
  workspaceId: string;
  flowId: string;
  /** Each with the number of the live event that tells of it (DESIGN 7). */
  entries: { entry: JournalEntry; seq: number }[];
};

/** How the execution stands after the write; only a write with an `end` says more than that it is still held. */
export type JournalWritten = { status: string; resumeAt: Date | null };

/** Another process has taken the execution over: whoever gets this stops, writes nothing more and performs nothing. */
export class NotHeldError extends Error {
  override readonly name = 'NotHeldError';
}

export type JournalStore = {
  /** Durable when resolved. @throws NotHeldError when this process no longer holds the execution */
  write(write: JournalWrite): Promise<JournalWritten>;
};

/**
 * Writes the journal of all executions of this process, batched: one statement, and so one transaction, for whatever
 * concurrent executions have to write. Only the holder of an execution can write.
 */
export function createJournalStore(pool: pg.Pool, faults: Faults = noFaults): JournalStore {
  const commits = createGroupCommit<JournalWrite, JournalWritten | undefined>({ spacingMs: Number(process.env.SP ?? 0),
    write: (writes) => faults('journal', () => writeJournal(pool, writes)),
    concurrency: 2,
  });
  return {
    write: async (write) => {
      const written = await commits.add(write);
      if (!written) throw new NotHeldError(`Execution ${write.executionId} is held by another process.`);
      return written;
    },
  };
}

async function writeJournal(pool: pg.Pool, writes: JournalWrite[]): Promise<(JournalWritten | undefined)[]> {
  const rows = journalRows(writes);
  const holders = new Map(writes.map(({ executionId, holder }) => [executionId, holder]));
  const { rows: held } = await pool.query<{ id: string; status: string; resume_at: Date | null }>({
    name: 'journal-write',
    text: WRITE_JOURNAL,
    values: [
      [...holders.keys()],
      [...holders.values()],
      jsonParameter(rows.steps),
      jsonParameter(rows.effects),
      jsonParameter(rows.approvals),
      jsonParameter(rows.ends),
    ],
  });
  const byId = new Map(held.map((row) => [row.id, { status: row.status, resumeAt: row.resume_at }]));
  return writes.map(({ executionId }) => byId.get(executionId));
}

/**
 * `$1` executions, `$2` who holds each, `$3` to `$6` rows. Every part joins `held`, so that nothing of an execution that
 * was taken over is written; its rows are locked, so that none can be taken over meanwhile. A decision or message that came
 * while the execution ran has set `resume_at` (see decide-approval.ts): then the execution that is put to wait is due at
 * once. An end that is written already, by a write whose answer got lost, is answered as if it were written now.
 */
const WRITE_JOURNAL = `
with named as materialized (
  -- By primary key: an index of what is running is full of what was running a moment ago.
  select e.id, e.lease_owner, e.status from flow_executions e where e.id = any($1::uuid[]) for no key update of e
), held as (
  select named.id, named.lease_owner from named
  join unnest($1::uuid[], $2::text[]) as h(id, holder) on h.id = named.id and h.holder = named.lease_owner
  where named.status = 'running'
), steps as (
  insert into execution_steps as s (execution_id, node_id, workspace_id, seq, status, attempt, started_at, finished_at,
    input, output, ports, error, logs, usage, wait, resume, retry_at)
  select r.* from jsonb_to_recordset($3::jsonb) as r(execution_id uuid, node_id text, workspace_id uuid, seq int,
    status text, attempt int, started_at timestamptz, finished_at timestamptz, input jsonb, output jsonb, ports text[],
    error jsonb, logs jsonb, usage jsonb, wait jsonb, resume jsonb, retry_at timestamptz)
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id) do update set seq = excluded.seq, status = excluded.status,
    attempt = excluded.attempt, started_at = excluded.started_at, finished_at = excluded.finished_at,
    input = excluded.input, output = excluded.output, ports = excluded.ports, error = excluded.error,
    logs = excluded.logs, usage = excluded.usage, wait = excluded.wait, resume = excluded.resume,
    retry_at = excluded.retry_at
), effects as (
  insert into effects as f (execution_id, node_id, key, workspace_id, status, description, request, result, error,
    intended_at, settled_at)
  select r.execution_id, r.node_id, r.key, r.workspace_id, r.status, r.description, r.request, r.result, r.error,
    coalesce(r.intended_at, now()), case when r.status <> 'intended' then now() end
  from jsonb_to_recordset($4::jsonb) as r(execution_id uuid, node_id text, key text, workspace_id uuid, status text,
    description text, request jsonb, result jsonb, error jsonb, intended_at timestamptz)
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id, key) do update set status = excluded.status, description = excluded.description,
    request = coalesce(excluded.request, f.request), result = excluded.result, error = excluded.error,
    intended_at = case when excluded.status = 'intended' then excluded.intended_at else f.intended_at end,
    settled_at = excluded.settled_at
), approvals as (
  insert into approvals (id, workspace_id, flow_id, execution_id, node_id, draft, context, expires_at)
  select r.* from jsonb_to_recordset($5::jsonb) as r(id uuid, workspace_id uuid, flow_id uuid, execution_id uuid,
    node_id text, draft text, context jsonb, expires_at timestamptz)
  where r.execution_id in (select id from held)
  on conflict (execution_id, node_id) do update set status = 'pending', draft = excluded.draft,
    context = excluded.context, expires_at = excluded.expires_at, final_text = null, reason = null, decided_by = null,
    decided_at = null
), ended as (
  update flow_executions e set status = r.status, error = r.error, last_seq = r.last_seq,
    resume_at = case when r.status = 'waiting' then coalesce(e.resume_at, r.resume_at) end, keeps_turn = r.keeps_turn,
    finished_at = case when r.status <> 'waiting' then now() end,
    lease_owner = null
  from jsonb_to_recordset($6::jsonb) as r(execution_id uuid, status text, error jsonb, resume_at timestamptz,
    keeps_turn boolean, last_seq int) join held on held.id = r.execution_id
  where e.id = r.execution_id and e.id = any($1::uuid[]) and e.lease_owner = held.lease_owner
  returning e.id, e.status, e.resume_at
), closed as (
  update approvals a set status = 'cancelled', decided_at = now() from ended
  where a.execution_id = ended.id and a.status = 'pending' and ended.status <> 'waiting'
)
select held.id, coalesce(ended.status, 'running') as status, ended.resume_at from held left join ended using (id)
union all
select e.id, e.status, e.resume_at
from jsonb_to_recordset($6::jsonb) as r(execution_id uuid, status text, last_seq int)
join flow_executions e on e.id = r.execution_id and e.status = r.status and e.last_seq = r.last_seq
where r.execution_id not in (select id from held)`;

type StepRow = { execution_id: string; node_id: string; workspace_id: string; seq: number } & Record<
  string,
  unknown
>;

/** One row per key: an upsert can't touch a row twice in one statement, and of two the later holds. */
function journalRows(writes: JournalWrite[]) {
  const steps = new Map<string, StepRow>();
  const effects = new Map<string, Record<string, unknown>>();
  const approvals = new Map<string, Record<string, unknown>>();
  const ends: Record<string, unknown>[] = [];
  for (const write of writes) {
    for (const { entry, seq } of write.entries) {
      if (entry.type === 'step') {
        const key = `${write.executionId} ${entry.step.nodeId}`;
        steps.set(key, stepRow(write, entry.step, seq));
        const approval = approvalRow(write, entry.step);
        if (approval) approvals.set(key, approval);
      } else if (entry.type === 'effect') {
        const { nodeId, key } = entry.effect;
        effects.set(`${write.executionId} ${nodeId} ${key}`, effectRow(write, entry.effect));
      } else {
        ends.push(endRow(write, entry.end, seq));
      }
    }
  }
  return {
    steps: [...steps.values()],
    effects: [...effects.values()],
    approvals: [...approvals.values()],
    ends,
  };
}

function stepRow(write: JournalWrite, step: StepRecord, seq: number): StepRow {
  return {
    execution_id: write.executionId,
    node_id: step.nodeId,
    workspace_id: write.workspaceId,
    seq,
    status: step.status,
    attempt: step.attempt,
    started_at: step.startedAt,
    finished_at: step.finishedAt,
    input: step.input,
    output: step.output,
    ports: step.ports,
    error: step.error,
    logs: step.logs,
    usage: step.usage,
    wait: step.wait,
    resume: step.resume,
    retry_at: step.retryAt,
  };
}

function effectRow(write: JournalWrite, effect: EffectRecord): Record<string, unknown> {
  return {
    execution_id: write.executionId,
    node_id: effect.nodeId,
    key: effect.key,
    workspace_id: write.workspaceId,
    status: effect.status,
    description: effect.describe,
    request: effect.request,
    result: effect.result,
    error: effect.error,
    intended_at: effect.intendedAt,
  };
}

function approvalRow(write: JournalWrite, step: StepRecord): Record<string, unknown> | null {
  if (step.status !== 'waiting' || step.wait?.for !== 'approval' || step.resume) return null;
  return {
    id: newId(),
    workspace_id: write.workspaceId,
    flow_id: write.flowId,
    execution_id: write.executionId,
    node_id: step.nodeId,
    draft: step.wait.draft,
    context: step.wait.context ?? {},
    expires_at: step.wait.until,
  };
}

function endRow(write: JournalWrite, end: ExecutionEnd, seq: number): Record<string, unknown> {
  return {
    execution_id: write.executionId,
    status: end.status,
    error: end.status === 'failed' ? end.error : null,
    resume_at: end.status === 'waiting' ? end.resumeAt : null,
    keeps_turn: end.status === 'waiting' && end.keepsTurn === true,
    last_seq: seq,
  };
}
