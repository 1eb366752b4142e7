import type pg from 'pg';
import { systemClock } from '../../engine/clock.ts';
import type { Plan } from '../../engine/compile.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Journal, JournalEntry } from '../../engine/journal.ts';
import type { RunPorts } from '../../engine/run.ts';
import { RunInterrupted, runExecution } from '../../engine/run.ts';
import type { NodeServices } from '../../engine/services.ts';
import type { Live } from '../context.ts';
import type { Logger } from '../log.ts';
import type { ClaimedExecution } from './claim-executions.ts';
import { claimInOrder } from './claim-executions.ts';
import { createTeller } from './execution-teller.ts';
import { createGroupCommit, isTransient } from './group-commit.ts';
import { createJournalStore, LeaseLostError } from './journal-store.ts';
import { handBack, renewLeases } from './leases.ts';
import type { StoredJournal } from './load-snapshots.ts';
import { emptyJournal, loadSnapshots } from './load-snapshots.ts';
import type { Plans } from './plans.ts';

/** Often enough that two renewals may fail before a lease of 30 s runs out. */
const RENEW_EVERY_MS = 8_000;

export type RunnerDeps = {
  pool: pg.Pool;
  log: Logger;
  live: Live;
  plans: Plans;
  /** The name under which this process holds executions. */
  leaseOwner: string;
  /** Most executions at once. */
  concurrency: number;
  servicesFor: (execution: { workspaceId: string; executionId: string; event: TriggerEvent }) => NodeServices;
  /** Told after an execution ended or was put to wait; `resumeAt` says until when at the latest. */
  onSettled: (execution: { id: string; contactKey: string | null }, resumeAt: Date | null) => void;
};

export type Runner = {
  /** Claims those of the executions that may run and starts them. Resolves when all have been claimed or refused. */
  submit(executionIds: string[]): Promise<void>;

  /** Aborts an execution that runs here, which ends it as cancelled. */
  cancel(executionId: string): void;
  /** Takes nothing more; lets running executions finish for `graceMs`, then gives them back. */
  stop(graceMs: number): Promise<void>;
};

type Running = { execution: ClaimedExecution; abort: AbortController; ended: Promise<void> };

/** Runs executions of this process: claim, run, renew the lease, give back. */
export function createRunner(deps: RunnerDeps): Runner {
  const { pool, log, live, plans, leaseOwner, concurrency, servicesFor, onSettled } = deps;
  const running = new Map<string, Running>();
  const journals = createJournalStore(pool, leaseOwner);
  const claims = createGroupCommit<string, ClaimedExecution | undefined>({ write: claim });
  let reserved = 0;
  let stopping = false;
  let slotListeners: (() => void)[] = [];
  const renewal = setInterval(() => void renew(), RENEW_EVERY_MS);
  renewal.unref();

  async function claim(ids: string[]): Promise<(ClaimedExecution | undefined)[]> {
    const claimed = await claimInOrder(pool, leaseOwner, [...new Set(ids)]);
    const byId = new Map(claimed.map((execution) => [execution.id, execution]));
    return ids.map((id) => {
      const execution = byId.get(id);
      byId.delete(id);
      return execution;
    });
  }

  const freeSlots = () => (stopping ? 0 : Math.max(0, concurrency - running.size - reserved));

  async function submit(executionIds: string[]): Promise<void> {
    let rest = executionIds;
    while (rest.length > 0) {
      if (stopping) throw new RunInterrupted();
      const free = freeSlots();
      if (free === 0) {
        await new Promise<void>((resolve) => slotListeners.push(resolve));
        continue;
      }
      const now = rest.slice(0, free);
      rest = rest.slice(free);
      reserved += now.length;
      try {
        const claimed = await Promise.allSettled(now.map((id) => claims.add(id)));
        await start(
          claimed.flatMap((claim) => (claim.status === 'fulfilled' && claim.value ? [claim.value] : [])),
        );
        for (const claim of claimed) if (claim.status === 'rejected') throw claim.reason;
      } finally {
        reserved -= now.length;
        slotFreed();
      }
    }
  }

  async function start(executions: ClaimedExecution[]): Promise<void> {
    if (stopping) {
      await handBack(
        pool,
        leaseOwner,
        executions.map(({ id }) => id),
      );
      return;
    }
    await Promise.all(executions.map(({ id }) => endLocalRun(id)));
    const stale = executions.filter(({ isFresh }) => !isFresh).map(({ id }) => id);
    const snapshots = stale.length > 0 ? await loadSnapshots(pool, stale) : new Map<string, StoredJournal>();
    for (const execution of executions) {
      const abort = new AbortController();
      if (execution.cancelRequested) abort.abort(new Error('The execution was cancelled.'));
      const ended = runOne(execution, snapshots.get(execution.id) ?? emptyJournal(), abort.signal);
      running.set(execution.id, { execution, abort, ended });
      void ended.finally(() => {
        running.delete(execution.id);
        slotFreed();
      });
    }
  }

  /** A run of the same execution may still be here when its lease ran out unnoticed and came back to this process. */
  async function endLocalRun(executionId: string): Promise<void> {
    const before = running.get(executionId);
    before?.abort.abort(new RunInterrupted('The lease was lost.'));
    await before?.ended;
  }

  function slotFreed(): void {
    const listeners = slotListeners;
    slotListeners = [];
    for (const listener of listeners) listener();
  }

  /** Never rejects: whatever happens inside concerns this execution only. */
  async function runOne(
    execution: ClaimedExecution,
    snapshot: StoredJournal,
    signal: AbortSignal,
  ): Promise<void> {
    const teller = createTeller({ journals, live, pool, log }, execution, snapshot.lastSeq);
    let resumeAt: Date | null = null;
    const write = async (entries: JournalEntry[]): Promise<void> => {
      ({ resumeAt } = await teller.write(entries));
    };
    try {
      teller.started();
      await run(execution, await planOf(execution), snapshot, { write, progress: teller.progress, signal });
      onSettled(execution, resumeAt);
    } catch (error) {
      await settleFailure(execution, error, write);
    }
  }

  const planOf = async (execution: ClaimedExecution): Promise<Plan> =>
    execution.flowVersion === null && execution.graph
      ? plans.ofDraft(execution.graph)
      : plans.ofVersion(execution.workspaceId, execution.flowId, execution.flowVersion ?? 0);

  function run(
    execution: ClaimedExecution,
    plan: Plan,
    snapshot: StoredJournal,
    { write, progress, signal }: Pick<RunPorts, 'progress' | 'signal'> & Journal,
  ): Promise<unknown> {
    const { id: executionId, workspaceId, flowId, triggerNodeId, event, dryRun } = execution;
    return runExecution(plan, { executionId, workspaceId, flowId, triggerNodeId, event, dryRun }, snapshot, {
      journal: { write },
      services: servicesFor({ workspaceId, executionId, event }),
      clock: systemClock,
      ...(progress && { progress }),
      signal,
    });
  }

  /** An execution that goes on elsewhere is let go; a bug in the engine or in a node class fails this execution only. */
  async function settleFailure(
    execution: ClaimedExecution,
    error: unknown,
    write: (entries: JournalEntry[]) => Promise<void>,
  ): Promise<void> {
    if (error instanceof RunInterrupted) return;
    if (error instanceof LeaseLostError || isTransient(error)) {
      log.warn(
        { executionId: execution.id, err: error },
        'An execution was let go; it goes on from its journal',
      );
      return;
    }
    log.error({ executionId: execution.id, err: error }, 'An execution failed by a bug');
    const failure = {
      code: 'internal_error',
      message:
        'This execution stopped because of a bug in Replygraph or in a custom node. The server log has more.',
    };
    try {
      await write([{ type: 'end', end: { status: 'failed', error: failure } }]);
      onSettled(execution, null);
    } catch (writeError) {
      log.error({ executionId: execution.id, err: writeError }, 'Its failure could not be written either');
    }
  }

  async function renew(): Promise<void> {
    if (running.size === 0) return;
    try {
      const { lost, cancelled } = await renewLeases(pool, leaseOwner, [...running.keys()]);
      for (const id of cancelled) cancel(id);
      for (const id of lost) running.get(id)?.abort.abort(new RunInterrupted('The lease is lost.'));
    } catch (error) {
      log.warn({ err: error }, 'Leases could not be renewed; tried again soon');
    }
  }

  function cancel(executionId: string): void {
    running.get(executionId)?.abort.abort(new Error('The execution was cancelled.'));
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    slotFreed();
    const drained = () => Promise.all([...running.values()].map(({ ended }) => ended));
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, graceMs);
    await Promise.race([drained(), timer.promise]);
    clearTimeout(timeout);
    const unfinished = [...running.keys()];
    for (const { abort } of running.values()) abort.abort(new RunInterrupted());
    await drained();
    clearInterval(renewal);
    if (unfinished.length > 0) await handBack(pool, leaseOwner, unfinished);
  }

  return { submit, cancel, stop };
}
