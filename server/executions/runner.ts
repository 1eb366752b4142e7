import type pg from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { systemClock } from '../../engine/clock.ts';
import type { Plan } from '../../engine/compile.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Journal, JournalEntry, StepRecord } from '../../engine/journal.ts';
import type { RunPorts } from '../../engine/run.ts';
import { RunInterrupted, runExecution } from '../../engine/run.ts';
import type { NodeServices } from '../../engine/services.ts';
import type { Live } from '../context.ts';
import type { Faults } from '../faults.ts';
import type { Logger } from '../log.ts';
import { TransientMap } from '../transient-map.ts';
import type { ExecutionToStore, Reserve } from '../webhooks/ingest.ts';
import type { ClaimedExecution } from './claim-executions.ts';
import { claimInOrder } from './claim-executions.ts';
import { createTeller } from './execution-teller.ts';
import { createGroupCommit, isTransient } from './group-commit.ts';
import { findHeld, handBack } from './held-executions.ts';
import { createJournalStore, NotHeldError } from './journal-store.ts';
import type { DueExecution, Lane } from './lanes.ts';
import { laneOf } from './lanes.ts';
import type { StoredJournal } from './load-snapshots.ts';
import { emptyJournal, loadSnapshots } from './load-snapshots.ts';
import type { Plans } from './plans.ts';
import type { Presence } from './presence.ts';
import { createSlots } from './slots.ts';

/** What the notices of other processes missed (cancelled, taken over) is found this often. */
const CHECK_EVERY_MS = 5_000;

export type RunnerDeps = {
  pool: pg.Pool;
  log: Logger;
  live: Live;
  plans: Plans;
  presence: Presence;
  /** Most executions at once. */
  concurrency: number;
  /** See `EffectsWorld.quietMs` (engine/effect.ts). */
  quietMs: number;
  faults: Faults;
  servicesFor: (execution: {
    workspaceId: string;
    flowId: string;
    executionId: string;
    event: TriggerEvent;
    /** The journal that it goes on from. */
    steps: readonly StepRecord[];
    /** False once another process may have taken the execution over: nothing may be sent any more. */
    isHeld: () => boolean;
  }) => NodeServices;
  /** Told after an execution ended or was put to wait; `resumeAt` says until when at the latest. */
  onSettled: (execution: { id: string; contactKey: string | null }, resumeAt: Date | null) => void;
};

/**
 * Runs an execution at once within the slot of another, which waits for it. Resolves when it no longer runs here (`ran`);
 * `not_claimed`: somebody else has it, or it may not run now; `stopping`: nothing is begun here any more.
 */
export type RunWithin = (executionId: string) => Promise<'ran' | 'not_claimed' | 'stopping'>;

export type Runner = {
  /** Claims those of the executions that may run and starts them. Resolves when all have been claimed or refused. */
  submit(executionIds: string[], lane: Lane): Promise<void>;
  runWithin: RunWithin;
  /** Executions that could start at once. */
  freeSlots(): number;
  /** Keeps slots for executions that are about to be stored. */
  reserve: Reserve;
  /** Aborts an execution that runs here, which ends it as cancelled. */
  cancel(executionId: string): void;
  /** What is held under this name may have been taken over: it is let go, and given back where nobody has. */
  lose(holder: string): void;
  /** Takes nothing more; lets running executions finish for `graceMs`, then gives them back. */
  stop(graceMs: number): Promise<void>;
  /** After `stop`: what was given back or never claimed, for others to run. */
  leftOver(): DueExecution[];
};

type Running = { execution: ClaimedExecution; holder: string; abort: AbortController; ended: Promise<void> };
type Claim = { holder: string; execution: ClaimedExecution };

/** Runs executions of this process: claim, run, give back. */
export function createRunner(deps: RunnerDeps): Runner {
  const { pool, log, live, plans, presence, concurrency, quietMs, faults, servicesFor, onSettled } = deps;
  const running = new TransientMap<Running>();
  /** Being claimed, or claimed and about to run. */
  const starting = new Set<string>();
  const journals = createJournalStore(pool, faults);
  const claims = createGroupCommit<string, Claim | undefined>({ write: claim });
  const slots = createSlots(concurrency);
  const clock: Clock = { now: presence.now, sleep: systemClock.sleep };
  const leftOver: DueExecution[] = [];
  let stopping = false;
  const checking = setInterval(() => void check(), CHECK_EVERY_MS);
  checking.unref();

  async function claim(ids: string[]): Promise<(Claim | undefined)[]> {
    const holder = presence.holder();
    if (holder === null) return ids.map(() => undefined);
    const claimed = await faults('claim', () => claimInOrder(pool, holder, [...new Set(ids)]));
    const byId = new Map(claimed.map((execution) => [execution.id, { holder, execution }]));
    return ids.map((id) => {
      const claimedNow = byId.get(id);
      byId.delete(id);
      return claimedNow;
    });
  }

  async function submit(executionIds: string[], lane: Lane): Promise<void> {
    for (let rest = executionIds; rest.length > 0; ) {
      const given = await slots.take(lane, rest.length);
      if (given === 0) return void leftOver.push(...rest.map((id) => ({ id, lane })));
      const ids = rest.slice(0, given);
      rest = rest.slice(given);
      await claimAndStart(ids);
    }
  }

  /** Owns a slot for each of the ids. */
  async function claimAndStart(ids: string[]): Promise<void> {
    for (const id of ids) starting.add(id);
    try {
      const claimed = await Promise.allSettled(ids.map((id) => claims.add(id)));
      const taken = claimed.flatMap((result) =>
        result.status === 'fulfilled' && result.value ? [result.value] : [],
      );
      slots.free(ids.length - taken.length);
      await start(taken);
      for (const result of claimed) if (result.status === 'rejected') throw result.reason;
    } finally {
      forget(ids);
    }
  }

  const runWithin: RunWithin = async (id) => {
    if (stopping) return 'stopping';
    if (!running.has(id)) {
      starting.add(id);
      try {
        const claimed = await claims.add(id);
        if (!claimed) return 'not_claimed';
        await start([claimed], false);
      } finally {
        starting.delete(id);
      }
    }
    await running.get(id)?.ended;
    return stopping ? 'stopping' : 'ran';
  };

  const reserve: Reserve = (executionIds) => {
    const holder = presence.holder();
    const count = holder === null ? 0 : slots.takeNow(executionIds.length);
    if (holder === null || count === 0) return null;
    const ids = executionIds.slice(0, count);
    for (const id of ids) starting.add(id);
    return {
      holder,
      count,
      use: (stored) => {
        slots.free(count - stored.length);
        // After the answers to the webhooks have gone out.
        setImmediate(() => void startStored(stored, holder).finally(() => forget(ids)));
      },
    };
  };

  async function startStored(stored: ExecutionToStore[], holder: string): Promise<void> {
    const claimed = stored.map((execution) => ({
      holder,
      execution: freshlyStored(execution, presence.now()),
    }));
    await start(claimed).catch((error) => log.warn({ err: error }, 'Executions are given back in a moment'));
  }

  function forget(ids: string[]): void {
    for (const id of ids) starting.delete(id);
  }

  /** Each takes the slot that was given for it and frees it at its end; `hasSlots` false: none was. */
  async function start(claimed: Claim[], hasSlots = true): Promise<void> {
    try {
      if (stopping) return await giveBack(claimed);
      await Promise.all(claimed.map(({ execution }) => endLocalRun(execution.id)));
      const stale = claimed
        .filter(({ execution }) => !execution.isFresh)
        .map(({ execution }) => execution.id);
      const snapshots =
        stale.length > 0 ? await loadSnapshots(pool, stale) : new Map<string, StoredJournal>();
      if (stopping) return await giveBack(claimed);
      for (const each of claimed.splice(0))
        startOne(each, snapshots.get(each.execution.id) ?? emptyJournal(), hasSlots);
    } finally {
      if (hasSlots) slots.free(claimed.length);
    }
  }

  function startOne({ execution, holder }: Claim, snapshot: StoredJournal, hasSlot: boolean): void {
    const abort = new AbortController();
    if (execution.cancelRequested) abort.abort(new Error('The execution was cancelled.'));
    if (!presence.isHolder(holder)) abort.abort(new RunInterrupted('This process no longer holds it.'));
    const ended = runOne({ execution, holder }, snapshot, abort.signal);
    running.set(execution.id, { execution, holder, abort, ended });
    void ended.finally(() => {
      running.delete(execution.id);
      if (hasSlot) slots.free(1);
    });
  }

  async function giveBack(claimed: Claim[]): Promise<void> {
    for (const { holder, execution } of claimed) {
      const given = await handBack(pool, holder, [execution.id]);
      leftOver.push(...given.map((id) => ({ id, lane: laneOf(execution.event.kind) })));
    }
  }

  /** A run of the same execution may still be here when it was taken over unnoticed and came back to this process. */
  async function endLocalRun(executionId: string): Promise<void> {
    const before = running.get(executionId);
    before?.abort.abort(new RunInterrupted('It was taken over.'));
    await before?.ended;
  }

  /** Never rejects: whatever happens inside concerns this execution only. */
  async function runOne(
    { execution, holder }: Claim,
    snapshot: StoredJournal,
    signal: AbortSignal,
  ): Promise<void> {
    const teller = createTeller({ journals, live, pool, log }, { ...execution, holder }, snapshot.lastSeq);
    let resumeAt: Date | null = null;
    const write = async (entries: JournalEntry[]): Promise<void> => {
      ({ resumeAt } = await teller.write(entries));
    };
    try {
      const isHeld = () => presence.isHolder(holder);
      const plan = await planOf(execution);
      if (plan.unknownTypes.length > 0 && (await presence.isAmongOtherVersions())) {
        await handBack(pool, holder, [execution.id]);
        return;
      }
      teller.started();
      await run(execution, plan, snapshot, {
        write,
        progress: teller.progress,
        signal,
        isHeld,
      });
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
    {
      write,
      progress,
      signal,
      isHeld,
    }: Pick<RunPorts, 'progress' | 'signal'> & Journal & { isHeld: () => boolean },
  ): Promise<unknown> {
    const { id: executionId, workspaceId, flowId, triggerNodeId, event, dryRun } = execution;
    return runExecution(plan, { executionId, workspaceId, flowId, triggerNodeId, event, dryRun }, snapshot, {
      journal: { write },
      services: servicesFor({ workspaceId, flowId, executionId, event, steps: snapshot.steps, isHeld }),
      clock,
      ...(progress && { progress }),
      signal,
      isHeld,
      quietMs,
    });
  }

  /** An execution that goes on elsewhere is let go; a bug in the engine or in a node class fails this execution only. */
  async function settleFailure(
    execution: ClaimedExecution,
    error: unknown,
    write: (entries: JournalEntry[]) => Promise<void>,
  ): Promise<void> {
    if (error instanceof RunInterrupted) return;
    if (error instanceof NotHeldError || isTransient(error)) {
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

  /** Finds what was cancelled or taken over unnoticed, and what was claimed here without anybody running it. */
  async function check(): Promise<void> {
    const holder = presence.holder();
    if (holder === null) return;
    const ids = running
      .values()
      .filter((run) => run.holder === holder)
      .map(({ execution }) => execution.id);
    const known = new Set([...ids, ...starting]);
    try {
      const held = await findHeld(pool, holder);
      const isHeld = new Set(held.map(({ id }) => id));
      for (const id of ids)
        if (!isHeld.has(id)) running.get(id)?.abort.abort(new RunInterrupted('It was taken over.'));
      for (const { id, cancelRequested } of held) if (cancelRequested) cancel(id);
      const strays = held.filter(({ id }) => !known.has(id) && !running.has(id) && !starting.has(id));
      if (strays.length > 0) {
        await handBack(
          pool,
          holder,
          strays.map(({ id }) => id),
        );
      }
    } catch (error) {
      log.warn({ err: error }, 'The running executions could not be looked after; tried again soon');
    }
  }

  function lose(holder: string): void {
    const lost = running.values().filter((run) => run.holder === holder);
    for (const { abort } of lost) abort.abort(new RunInterrupted('This process no longer holds it.'));
    void Promise.all(lost.map(({ ended }) => ended))
      .then(() =>
        handBack(
          pool,
          holder,
          lost.map(({ execution }) => execution.id),
        ),
      )
      .catch((error) => log.warn({ err: error }, 'What was let go is taken over in a moment'));
  }

  function cancel(executionId: string): void {
    running.get(executionId)?.abort.abort(new Error('The execution was cancelled.'));
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    slots.close();
    const drained = () => Promise.all(running.values().map(({ ended }) => ended));
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, graceMs);
    await Promise.race([drained(), timer.promise]);
    clearTimeout(timeout);
    const unfinished = running.values();
    for (const { abort } of unfinished) abort.abort(new RunInterrupted());
    await drained();
    clearInterval(checking);
    await giveBack(unfinished);
  }

  return {
    submit,
    runWithin,
    freeSlots: slots.available,
    reserve,
    cancel,
    lose,
    stop,
    leftOver: () => leftOver,
  };
}

/** An execution that was stored as held by this process. */
function freshlyStored(stored: ExecutionToStore, now: Date): ClaimedExecution {
  const { id, workspaceId, flowId, flowVersion, triggerNodeId, event, contactKey } = stored;
  return {
    id,
    workspaceId,
    flowId,
    flowVersion,
    graph: null,
    triggerNodeId,
    mode: 'live',
    dryRun: false,
    event,
    contactKey,
    lastSeq: 0,
    createdAt: now,
    startedAt: now,
    cancelRequested: false,
    isFresh: true,
  };
}
