import type pg from 'pg';
import type { JournalEntry, ProgressEvent, StepRecord } from '../../engine/journal.ts';
import type { Live } from '../context.ts';
import type { Logger } from '../log.ts';
import type { ClaimedExecution } from './claim-executions.ts';
import type { ExecutionFeed } from './execution-feed.ts';
import { createExecutionFeed } from './execution-feed.ts';
import type { JournalStore, JournalWritten } from './journal-store.ts';
import { liveStep, liveSummary } from './live-data.ts';

/**
 * A run that goes on starts its numbers this much higher: what the one before told without journalling it (log lines,
 * tokens) had numbers too, and a crash leaves no trace of them.
 */
const SEQ_GAP = 1_000;

export type Teller = {
  /** The run has begun. */
  started(): void;
  /** Writes entries; what comes to rest with them is told once they are on disk. */
  write(entries: JournalEntry[]): Promise<JournalWritten>;
  progress(event: ProgressEvent): void;
};

/** Journals one run of an execution and tells whoever watches, each event once and in order (DESIGN 7). */
export function createTeller(
  deps: { journals: JournalStore; live: Live; pool: pg.Pool; log: Logger },
  execution: ClaimedExecution & { holder: string },
  journalledSeq: number,
): Teller {
  const { id: executionId, holder, workspaceId, flowId, isFresh, lastSeq } = execution;
  const feed = createExecutionFeed(
    { executionId, flowId, lastSeq: isFresh ? lastSeq : Math.max(lastSeq, journalledSeq) + SEQ_GAP },
    (event) => deps.live.publish(workspaceId, [event]),
  );
  /** Steps told of already, by their numbers: with a write, or before it (triggers, which settle at once). */
  const told = new WeakMap<object, number>();

  function finished(step: StepRecord | { nodeId: string; status: 'skipped' }): void {
    if (told.has(step)) return;
    const data = step.status === 'skipped' ? step : liveStep(step);
    told.set(step, feed.tell({ type: 'step.finished', nodeId: step.nodeId, data }));
  }

  async function write(entries: JournalEntry[]): Promise<JournalWritten> {
    const held = entries.map((entry) => (isToldWith(entry) ? feed.hold() : undefined));
    const numbered = entries.map((entry, index) => ({
      entry,
      seq: held[index]?.seq ?? (entry.type === 'step' ? told.get(entry.step) : undefined) ?? feed.lastSeq(),
    }));
    try {
      const written = await deps.journals.write({
        executionId,
        holder,
        workspaceId,
        flowId,
        entries: numbered,
      });
      entries.forEach((entry, index) => {
        const event = held[index];
        if (event && entry.type === 'step') told.set(entry.step, event.seq);
        event?.release(eventOf(entry, execution));
        if (isNewApproval(entry)) void tellApproval(deps, execution, entry.step.nodeId, feed);
      });
      return written;
    } catch (error) {
      for (const event of held) event?.release();
      throw error;
    }
  }

  /** Begun steps are told as they begin, effects with their step. */
  function isToldWith(entry: JournalEntry): boolean {
    if (entry.type === 'step') return entry.step.status !== 'running' && !told.has(entry.step);
    return entry.type === 'end';
  }

  return {
    started: () => {
      feed.tell({ type: 'execution.started', data: liveSummary(execution, 'running') });
    },
    write,
    progress: (event) => {
      const { nodeId } = event;
      switch (event.type) {
        case 'step.started':
          feed.tell({ type: 'step.started', nodeId, data: { attempt: event.attempt } });
          break;
        case 'step.log':
          feed.tell({ type: 'step.log', nodeId, data: event.line });
          break;
        case 'step.token':
          feed.tell({ type: 'step.token', nodeId, data: { text: event.text } });
          break;
        case 'step.finished':
          finished(event.step);
          break;
        default:
          event satisfies never;
      }
    },
  };
}

function eventOf(
  entry: JournalEntry,
  execution: ClaimedExecution,
): Parameters<ExecutionFeed['tell']>[0] | undefined {
  if (entry.type === 'effect') return undefined;
  if (entry.type === 'step') {
    return { type: 'step.finished', nodeId: entry.step.nodeId, data: liveStep(entry.step) };
  }
  const { end } = entry;
  if (end.status === 'waiting') return { type: 'execution.waiting', data: liveSummary(execution, 'waiting') };
  return {
    type: 'execution.finished',
    data: liveSummary(execution, end.status, {
      finishedAt: new Date(),
      ...(end.status === 'failed' && { error: end.error }),
    }),
  };
}

type StepEntry = JournalEntry & { type: 'step' };

function isNewApproval(entry: JournalEntry): entry is StepEntry {
  return entry.type === 'step' && entry.step.status === 'waiting' && entry.step.wait?.for === 'approval';
}

async function tellApproval(
  { pool, log }: { pool: pg.Pool; log: Logger },
  { id, workspaceId }: ClaimedExecution,
  nodeId: string,
  feed: ExecutionFeed,
): Promise<void> {
  try {
    const { rows } = await pool.query<{ id: string }>(
      'select id from approvals where execution_id = $1 and node_id = $2 and workspace_id = $3',
      [id, nodeId, workspaceId],
    );
    if (rows[0]) feed.tell({ type: 'approval.created', nodeId, data: { approvalId: rows[0].id } });
  } catch (error) {
    log.warn({ err: error, executionId: id }, 'A new approval could not be told of');
  }
}
