import type pg from 'pg';
import type { EffectRecord, JournalSnapshot, LogLine, StepError, StepRecord } from '../../engine/journal.ts';
import type { Resume, StepUsage, Wait } from '../../engine/node-type.ts';

/** The journal of an execution so far, and the highest event number in it. */
export type StoredJournal = JournalSnapshot & { lastSeq: number };

export const emptyJournal = (): StoredJournal => ({ steps: [], effects: [], lastSeq: 0 });

/** Loads the journals of several executions at once, by execution id. */
export async function loadSnapshots(
  pool: pg.Pool,
  executionIds: string[],
): Promise<Map<string, StoredJournal>> {
  const journals = new Map(executionIds.map((id) => [id, emptyJournal()]));
  if (executionIds.length === 0) return journals;
  const [steps, effects] = await Promise.all([
    pool.query<StepRow>({ name: 'load-steps', text: LOAD_STEPS, values: [executionIds] }),
    pool.query<EffectRow>({ name: 'load-effects', text: LOAD_EFFECTS, values: [executionIds] }),
  ]);
  for (const row of steps.rows) {
    const journal = journals.get(row.execution_id);
    journal?.steps.push(toStep(row));
    if (journal) journal.lastSeq = Math.max(journal.lastSeq, row.seq);
  }
  for (const row of effects.rows) journals.get(row.execution_id)?.effects.push(toEffect(row));
  return journals;
}

const LOAD_STEPS = `select execution_id, node_id, seq, status, attempt, started_at, finished_at, input, output, ports,
  error, logs, usage, wait, resume, retry_at
from execution_steps where execution_id = any($1::uuid[]) order by seq`;

const LOAD_EFFECTS = `select execution_id, node_id, key, status, description, request, result, error, intended_at
from effects where execution_id = any($1::uuid[])`;

export type StepRow = {
  execution_id: string;
  node_id: string;
  seq: number;
  status: StepRecord['status'];
  attempt: number;
  started_at: Date | null;
  finished_at: Date | null;
  input: unknown;
  output: unknown;
  ports: string[] | null;
  error: StepError | null;
  logs: LogLine[] | null;
  usage: StepUsage | null;
  wait: Wait | null;
  resume: Resume | null;
  retry_at: Date | null;
};

type EffectRow = {
  execution_id: string;
  node_id: string;
  key: string;
  status: EffectRecord['status'];
  description: string;
  request: unknown;
  result: unknown;
  error: StepError | null;
  intended_at: Date;
};

/** A row of execution_steps as the record that the engine wrote. */
export function toStep(row: StepRow): StepRecord {
  return {
    nodeId: row.node_id,
    status: row.status,
    attempt: row.attempt,
    ...(row.started_at && { startedAt: row.started_at.toISOString() }),
    ...(row.finished_at && { finishedAt: row.finished_at.toISOString() }),
    ...(row.input !== null && { input: row.input }),
    ...(row.output !== null && { output: row.output }),
    ...(row.ports && { ports: row.ports }),
    ...(row.error && { error: row.error }),
    ...(row.logs && { logs: row.logs }),
    ...(row.usage && { usage: row.usage }),
    ...(row.wait && { wait: row.wait }),
    ...(row.resume && { resume: row.resume }),
    ...(row.retry_at && { retryAt: row.retry_at.toISOString() }),
  };
}

function toEffect(row: EffectRow): EffectRecord {
  return {
    nodeId: row.node_id,
    key: row.key,
    status: row.status,
    describe: row.description,
    intendedAt: row.intended_at.toISOString(),
    ...(row.request !== null && { request: row.request }),
    ...(row.result !== null && { result: row.result }),
    ...(row.error && { error: row.error }),
  };
}
