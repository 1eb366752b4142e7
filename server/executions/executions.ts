import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Config } from '../config.ts';
import type { Executions } from '../context.ts';
import type { LiveEventType } from '../contract/live.ts';
import type { LocalLive } from '../live/live.ts';
import { openLiveRelay } from '../live/live-relay.ts';
import type { Logger } from '../log.ts';
import type { ExecutionQueue, QueueConsumer } from '../queue/execution-queue.ts';
import { openQueue } from '../queue/open-queue.ts';
import type { ExecutionToStore } from '../webhooks/ingest.ts';
import { cancelExecution } from './cancel-execution.ts';
import { decideApproval } from './decide-approval.ts';
import { createGroupCommit } from './group-commit.ts';
import { takeBackAll } from './leases.ts';
import { liveSummary } from './live-data.ts';
import type { Notices } from './notices.ts';
import { openNotices } from './notices.ts';
import { createPlans } from './plans.ts';
import { replayExecution, retryExecution } from './retry-execution.ts';
import type { Runner, RunnerDeps } from './runner.ts';
import { createRunner } from './runner.ts';
import type { Schedules } from './schedules.ts';
import { startSchedules } from './schedules.ts';
import { settleEffect } from './settle-effect.ts';
import { storeTestRun } from './start-test.ts';
import type { Sweep } from './sweep.ts';
import { startSweep } from './sweep.ts';
import { nextOfContacts } from './wake-executions.ts';

/** How long running executions may finish when the process stops; then they are given back. */
const GRACE_MS = 10_000;

export type ExecutionsDeps = {
  config: Pick<Config, 'ROLE' | 'WORKER_CONCURRENCY' | 'REDIS_URL' | 'shape'>;
  log: Logger;
  pool: pg.Pool;
  catalogue: NodeCatalogue;
  live: LocalLive;
  servicesFor: RunnerDeps['servicesFor'];
  /** Told when the published version of a flow changed, here or in another process; null = any may have. */
  onFlowChanged?: (flowId: string | null) => void;
};

export type ExecutionsRuntime = Executions & {
  /** Takes up the work: what was running when the process ended, what is due, what is queued. */
  start(): Promise<void>;
  /** Takes nothing more, finishes or gives back what runs. Resolves when nothing is under way. */
  stop(graceMs?: number): Promise<void>;
  /** New executions are on disk: they are queued and told of. Never throws. */
  onStored(executions: ExecutionToStore[]): void;
  /** Jobs that nobody has taken yet. */
  queueDepth(): Promise<number>;
};

/** Everything that runs while the process is up. */
type Work = {
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
  const { config, log, pool, catalogue, live } = deps;
  const leaseOwner = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const plans = createPlans(pool, catalogue);
  let work: Work | null = null;

  async function start(): Promise<void> {
    if (config.shape === 'embedded') {
      const count = await takeBackAll(pool);
      if (count > 0) log.info({ count }, 'Executions of the last run go on');
    }
    const queue = await openQueue({ config, pool, log });
    const relay = config.shape === 'embedded' ? null : await openLiveRelay({ config, pool, live, log });
    const runner = config.ROLE === 'server' ? null : createRunner(runnerDeps());
    work = {
      queue,
      runner,
      consumer: runner && queue.consume((ids) => runner.submit(ids)),
      sweep: startSweep({ pool, log, queue, afterRestart: config.shape === 'embedded' }),
      schedules: runner && startSchedules({ pool, log, catalogue, onStored }),
      notices:
        config.shape === 'embedded' ? null : openNotices(pool, log, { onNotice, onGap: () => changed(null) }),
      relay,
    };
  }

  function runnerDeps(): RunnerDeps {
    return {
      pool,
      log,
      live,
      plans,
      leaseOwner,
      concurrency: config.WORKER_CONCURRENCY,
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

  async function dispatch(executionIds: string[]): Promise<void> {
    if (executionIds.length > 0) await work?.queue.add(executionIds);
  }

  /** The sweep finds what could not be queued. */
  const reportLost = (error: unknown) =>
    log.warn({ err: error }, 'Executions could not be queued; the sweep will find them');

  function onStored(executions: ExecutionToStore[]): void {
    dispatch(executions.map(({ id }) => id)).catch(reportLost);
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
    else work?.runner?.cancel(notice.executionId);
  }

  function changed(flowId: string | null): void {
    deps.onFlowChanged?.(flowId);
    work?.schedules?.refresh();
  }

  return {
    start,
    stop: async (graceMs = GRACE_MS) => {
      const stopping = work;
      if (!stopping) return;
      await stopping.notices?.close();
      await stopping.schedules?.stop();
      await stopping.sweep.stop();
      const closing = stopping.consumer?.close();
      await stopping.runner?.stop(graceMs);
      await closing;
      await settled.idle();
      work = null;
      await stopping.relay?.close();
      await stopping.queue.close();
    },
    onStored,
    queueDepth: () => work?.queue.depth() ?? Promise.resolve(0),

    startTest: async (request) => {
      const { executionId, event } = await storeTestRun(pool, catalogue, request);
      const { workspaceId, flowId, dryRun } = request;
      await dispatch([executionId]).catch(reportLost);
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
      await dispatch([executionId]).catch(reportLost);
    },

    settleEffect: async (request) => {
      if (await settleEffect(pool, request)) await dispatch([request.executionId]).catch(reportLost);
    },

    replay: async (workspaceId, executionId) => {
      const replayed = await replayExecution(pool, workspaceId, executionId);
      await dispatch([replayed.executionId]).catch(reportLost);
      return replayed;
    },

    decideApproval: async (request) => {
      const { workspaceId, approvalId } = request;
      const { executionId, flowId, nodeId } = await decideApproval(pool, request);
      tell(workspaceId, 'approval.decided', { id: executionId, flowId, nodeId }, 0, { approvalId });
      await dispatch([executionId]).catch(reportLost);
    },

    flowChanged: (flowId) => {
      changed(flowId);
      work?.notices?.send({ kind: 'flow', flowId });
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
