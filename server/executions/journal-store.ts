import type pg from 'pg';
import type { EffectRecord, ExecutionEnd, JournalEntry, StepRecord } from '../../engine/journal.ts';
import { newId } from '../database/id.ts';
import type { Faults } from '../faults.ts';
import { noFaults } from '../faults.ts';
import { messageWaitRow } from './begin-message-waits.ts';
import { despiteChange } from './despite-change.ts';
import { createGroupCommit } from './group-commit.ts';
import { jsonUnlessEmpty } from './json-parameter.ts';
import { writeEntries } from './write-entries.ts';

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
  const commits = createGroupCommit<JournalWrite, JournalWritten | undefined>({
    write: (writes) => faults('journal', () => despiteChange(() => writeJournal(pool, writes))),
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
  const { rows: held } = await pool.query<{ id: string; status: string; resume_at: Date | null }>(
    writeEntries({
      ids: [...holders.keys()],
      holders: [...holders.values()],
      steps: jsonUnlessEmpty(rows.steps),
      messageWaits: jsonUnlessEmpty(rows.messageWaits),
      effects: jsonUnlessEmpty(rows.effects),
      approvals: jsonUnlessEmpty(rows.approvals),
      ends: jsonUnlessEmpty(rows.ends),
    }),
  );
  const byId = new Map(held.map((row) => [row.id, { status: row.status, resumeAt: row.resume_at }]));
  return writes.map(({ executionId }) => byId.get(executionId));
}

type StepRow = { execution_id: string; node_id: string; workspace_id: string; seq: number } & Record<
  string,
  unknown
>;

/** One row per key: an upsert can't touch a row twice in one statement, and of two the later holds. */
function journalRows(writes: JournalWrite[]) {
  const steps = new Map<string, StepRow>();
  const effects = new Map<string, Record<string, unknown>>();
  const approvals = new Map<string, Record<string, unknown>>();
  const messageWaits = new Map<string, Record<string, unknown>>();
  const ends: Record<string, unknown>[] = [];
  for (const write of writes) {
    for (const { entry, seq } of write.entries) {
      if (entry.type === 'step') {
        const key = `${write.executionId} ${entry.step.nodeId}`;
        steps.set(key, stepRow(write, entry.step, seq));
        const approval = approvalRow(write, entry.step);
        if (approval) approvals.set(key, approval);
        const messageWait = messageWaitRow(write.executionId, entry.step);
        if (messageWait) messageWaits.set(key, messageWait);
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
    messageWaits: [...messageWaits.values()].map((wait, place) => ({ ...wait, place })),
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
