import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Config } from '../config.ts';
import type { Executions } from '../context.ts';
import type { LiveEventType } from '../contract/live.ts';
import type { Faults } from '../faults.ts';
import { noFaults } from '../faults.ts';
import type { LocalLive } from '../live/live.ts';
import { openLiveRelay } from '../live/live-relay.ts';
import type { Logger } from '../log.ts';
import type { ExecutionQueue, QueueConsumer } from '../queue/execution-queue.ts';
import { QueueUnavailableError } from '../queue/execution-queue.ts';
import { openQueue } from '../queue/open-queue.ts';
import type { Reserve, StoredExecution } from '../webhooks/ingest.ts';
import { cancelExecution } from './cancel-execution.ts';
import { decideApproval } from './decide-approval.ts';
import { createGroupCommit } from './group-commit.ts';
import { takeBackAll } from './held-executions.ts';
import type { DueExecution, Lane } from './lanes.ts';
import { laneOf } from './lanes.ts';
import { liveSummary } from './live-data.ts';
import type { Notices } from './notices.ts';
import { openNotices } from './notices.ts';
import { createPlans } from './plans.ts';
import type { Presence } from './presence.ts';
import { createSolePresence, openPresence } from './presence.ts';
import { replayExecution, retryExecution } from './retry-execution.ts';
import type { Runner, RunnerDeps, RunWithin } from './runner.ts';
import { createRunner } from './runner.ts';
import type { Schedules } from './schedules.ts';
import { startSchedules } from './schedules.ts';
import { settleEffect } from './settle-effect.ts';
import { storeTestRun } from './start-test.ts';
import type { Sweep } from './sweep.ts';
import { startSweep } from './sweep.ts';
import { createTakeOver } from './take-over.ts';
import { nextOfContacts } from './wake-executions.ts';

/** How long running executions may finish when the process stops; then they are given back. */
const GRACE_MS = 10_000;

/**
 * After an interruption nobody asks whether an effect happened until this long has passed: a request that was sent at the
 * last moment may still be worked on. Longer than Instagram usually takes to answer.
 */
const QUIET_MS = 5_000;

export type ExecutionsDeps = {
  config: Pick<Config, 'ROLE' | 'WORKER_CONCURRENCY' | 'REDIS_URL' | 'shape'>;
  log: Logger;
  pool: pg.Pool;
  catalogue: NodeCatalogue;
  live: LocalLive;
  servicesFor: RunnerDeps['servicesFor'];
  /** Told when the published version of a flow changed, here or in another process; null = any may have. */
  onFlowChanged?: (flowId: string | null) => void;
  /** Of this program, as other processes see it. */
  version?: string;
  /** For tests. */
  quietMs?: number;
  faults?: Faults;
};

export type ExecutionsRuntime = Executions & {
  /** Takes up the work: what was running when the process ended, what is due, what is queued. */
  start(): Promise<void>;
  /** Takes nothing more, finishes or gives back what runs. Resolves when nothing is under way. */
  stop(graceMs?: number): Promise<void>;
  /** Keeps slots of this process for executions that are about to be stored. */
  reserve: Reserve;
  /** For a step that waits for another execution. */
  runWithin: RunWithin;
  /** New executions are on disk: they are queued, unless they run here already, and told of. Never throws. */
  onStored(executions: StoredExecution[]): void;
  /** Waiting executions for which a message came; they are queued in the database. Never throws. */
  onWoken(executionIds: string[]): void;
  /** The name under which this process holds work; null while it can't say that it lives (presence.ts). */
  holder(): string | null;
  /** Jobs that nobody has taken yet. @throws QueueUnavailableError */
  queueDepth(): Promise<number>;
  /** The same by lane. */
  queueDepths(): Promise<Record<Lane, number>>;
};

/** Everything that runs while the process is up. */
type Work = {
  presence: Presence;
  queue: ExecutionQueue;
  runner: Runner | null;
  consumer: QueueConsumer | null;
  sweep: Sweep;
  schedules: Schedules | null;
  notices: Notices | null;
  relay: { close(): Promise<void> } | null;
};

/** The executions of this process: queue, runner, sweep, schedules and the calls that steer them. */
export function createExecutions(deps: ExecutionsDeps): ExecutionsRuntime {
  const { config, log, pool, catalogue, live, faults = noFaults } = deps;
  const plans = createPlans(pool, catalogue);
  const isAlone = config.shape === 'embedded';
  let work: Work | null = null;

  async function start(): Promise<void> {
    if (isAlone) {
      const count = await takeBackAll(pool);
      if (count > 0) log.info({ count }, 'Executions of the last run go on');
    }
    const presence = isAlone
      ? createSolePresence()
      : await openPresence({
          pool,
          log,
          role: config.ROLE,
          version: deps.version ?? '',
          onLost: (holder) => work?.runner?.lose(holder),
        });
    const opened = await openQueue({ config, pool, log });
    const queue = {
      ...opened,
      add: (due: readonly DueExecution[]) => faults('queue', () => opened.add(due)),
    };
    const relay = isAlone ? null : await openLiveRelay({ config, pool, live, log });
    const runner = config.ROLE === 'server' ? null : createRunner(runnerDeps(presence));
    work = {
      presence,
      queue,
      runner,
      consumer: runner && queue.consume(runner.submit),
      sweep: startSweep({
        pool,
        log,
        queue,
        runner,
        takeOver: isAlone ? null : createTakeOver(pool),
        now: presence.now,
        afterRestart: isAlone,
      }),
      schedules: runner && startSchedules({ pool, log, catalogue, now: presence.now, onStored }),
      notices: isAlone ? null : openNotices(pool, log, { onNotice, onGap: () => changed(null) }),
      relay,
    };
  }

  function runnerDeps(presence: Presence): RunnerDeps {
    return {
      pool,
      log,
      live,
      plans,
      presence,
      concurrency: config.WORKER_CONCURRENCY,
      quietMs: deps.quietMs ?? QUIET_MS,
      faults,
      servicesFor: deps.servicesFor,
      onSettled: ({ id, contactKey }, resumeAt) => {
        if (resumeAt) work?.sweep.noteDue(resumeAt);
        if (contactKey !== null) void settled.add(id).catch(reportLost);
      },
    };
  }

  /** Brings the executions on their way that waited for these to end. */
  const settled = createGroupCommit<string, void>({
    write: async (ids) => {
      await dispatch(await nextOfContacts(pool, ids));
      return ids.map(() => undefined);
    },
  });

  async function dispatch(due: DueExecution[]): Promise<void> {
    if (due.length > 0) await work?.queue.add(due);
  }

  /** What a person asked for goes before everything else. */
  const dispatchAsked = (id: string) => dispatch([{ id, lane: 'messages' }]).catch(reportLost);

  /** The sweep finds what could not be queued. */
  const reportLost = (error: unknown) => {
    if (error instanceof QueueUnavailableError) return;
    log.warn({ err: error }, 'Executions could not be queued; the sweep will find them');
  };

  function onStored(executions: StoredExecution[]): void {
    const due = executions.filter(({ isTaken }) => !isTaken);
    dispatch(due.map(({ id, event }) => ({ id, lane: laneOf(event.kind) }))).catch(reportLost);
    const now = new Date();
    for (const { id, workspaceId, flowId, flowVersion, event } of executions) {
      const parts = {
        event,
        flowVersion,
        mode: 'live' as const,
        dryRun: false,
        createdAt: now,
        startedAt: null,
      };
      tell(workspaceId, 'execution.queued', { id, flowId }, 0, liveSummary(parts, 'queued'));
    }
  }

  function onWoken(executionIds: string[]): void {
    dispatch(executionIds.map((id) => ({ id, lane: 'messages' }))).catch(reportLost);
  }

  function tell(
    workspaceId: string,
    type: LiveEventType,
    execution: { id: string; flowId: string; nodeId?: string },
    seq: number,
    data: unknown,
  ): void {
    const { id: executionId, flowId, nodeId } = execution;
    live.publish(workspaceId, [
      { type, seq, at: new Date().toISOString(), executionId, flowId, ...(nodeId && { nodeId }), data },
    ]);
  }

  function onNotice(notice: Parameters<Parameters<typeof openNotices>[2]['onNotice']>[0]): void {
    if (notice.kind === 'flow') changed(notice.flowId);
    else if (notice.kind === 'cancel') work?.runner?.cancel(notice.executionId);
    else work?.sweep.takeUp();
  }

  function changed(flowId: string | null): void {
    deps.onFlowChanged?.(flowId);
    work?.schedules?.refresh();
  }

  const depths = async (): Promise<Record<Lane, number>> =>
    (await work?.queue.depths()) ?? { messages: 0, comments: 0, other: 0 };

  return {
    start,
    stop: async (graceMs = GRACE_MS) => {
      const stopping = work;
      if (!stopping) return;
      await Promise.all([
        // First of all: what is stored from here on is for others to run.
        stopping.runner?.stop(graceMs),
        stopping.notices?.close(),
        stopping.schedules?.stop(),
        stopping.sweep.stop(),
        stopping.consumer?.close(),
      ]);
      await settled.idle();
      await dispatch(stopping.runner?.leftOver() ?? []).catch(reportLost);
      work = null;
      await stopping.relay?.close();
      await stopping.queue.close();
      await stopping.presence.leave();
    },
    reserve: (executionIds) => work?.runner?.reserve(executionIds) ?? null,
    runWithin: async (executionId) => (await work?.runner?.runWithin(executionId)) ?? 'stopping',
    onStored,
    onWoken,
    holder: () => work?.presence.holder() ?? null,
    queueDepth: async () => Object.values(await depths()).reduce((sum, depth) => sum + depth, 0),
    queueDepths: depths,

    startTest: async (request) => {
      const { executionId, event } = await storeTestRun(pool, catalogue, request);
      const { workspaceId, flowId, dryRun } = request;
      await dispatchAsked(executionId);
      tell(workspaceId, 'execution.queued', { id: executionId, flowId }, 0, queuedTest(event, dryRun));
      return { executionId };
    },

    cancel: async (workspaceId, executionId) => {
      const { isEnded, row } = await cancelExecution(pool, workspaceId, executionId);
      if (!isEnded) {
        work?.runner?.cancel(executionId);
        work?.notices?.send({ kind: 'cancel', executionId });
        return;
      }
      const parts = {
        event: row.event,
        flowVersion: row.flow_version,
        mode: row.mode,
        dryRun: row.dry_run,
        createdAt: row.created_at,
        startedAt: row.started_at,
      };
      const data = liveSummary(parts, 'cancelled', { finishedAt: new Date() });
      tell(
        workspaceId,
        'execution.finished',
        { id: executionId, flowId: row.flow_id },
        row.last_seq + 1,
        data,
      );
      await settled.add(executionId).catch(reportLost);
    },

    retry: async (workspaceId, executionId) => {
      await retryExecution(pool, workspaceId, executionId);
      await dispatchAsked(executionId);
    },

    settleEffect: async (request) => {
      if (await settleEffect(pool, request)) await dispatchAsked(request.executionId);
    },

    replay: async (workspaceId, executionId) => {
      const replayed = await replayExecution(pool, workspaceId, executionId);
      await dispatchAsked(replayed.executionId);
      return replayed;
    },

    decideApproval: async (request) => {
      const { workspaceId, approvalId } = request;
      const { executionId, flowId, nodeId } = await decideApproval(pool, request);
      tell(workspaceId, 'approval.decided', { id: executionId, flowId, nodeId }, 0, { approvalId });
      await dispatchAsked(executionId);
    },

    flowChanged: (flowId) => {
      changed(flowId);
      work?.notices?.send({ kind: 'flow', flowId });
    },

    flowResumed: () => {
      work?.sweep.takeUp();
      work?.notices?.send({ kind: 'resumed' });
    },
  };
}

function queuedTest(event: TriggerEvent, dryRun: boolean) {
  const parts = {
    event,
    flowVersion: null,
    mode: 'test' as const,
    dryRun,
    createdAt: new Date(),
    startedAt: null,
  };
  return liveSummary(parts, 'queued');
}
