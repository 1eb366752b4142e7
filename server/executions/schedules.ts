import { Cron } from 'croner';
import type pg from 'pg';
import { z } from 'zod';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import { newId } from '../database/id.ts';
import type { Logger } from '../log.ts';
import type { ExecutionToStore, StoredExecution } from '../webhooks/ingest.ts';
import { isTransient } from './group-commit.ts';
import type { FiredTrigger } from './started-by-server.ts';
import { publishedTriggers, storeExecution } from './started-by-server.ts';
import { createWakeTimer } from './wake-timer.ts';

/** Schedules are read anew this often, in case word of a change got lost. */
const REFRESH_EVERY_MS = 60_000;

const TYPE = 'trigger.schedule';

const configSchema = z.object({ cron: z.string().min(1), timezone: z.string().min(1) });

type Schedule = {
  workspaceId: string;
  flowId: string;
  flowVersion: number;
  nodeId: string;
  cron: Cron;
  nextAt: Date | null;
};

export type Schedules = {
  /** The published version of some flow changed. */
  refresh(): void;
  stop(): Promise<void>;
};

/**
 * Starts the flows of `trigger.schedule` at their times. Several processes may do so side by side: the slot's time is in
 * the execution's dedupe key, so that each slot starts its flow once. Slots that passed while no process was up are not
 * made up for.
 */
export function startSchedules(deps: {
  pool: pg.Pool;
  log: Logger;
  catalogue: NodeCatalogue;
  now: () => Date;
  onStored: (executions: StoredExecution[]) => void;
}): Schedules {
  const { pool, log, catalogue, onStored } = deps;
  const timer = createWakeTimer(() => run(fireDue), deps.now);
  let schedules: Schedule[] = [];
  let stopped = false;
  let work = Promise.resolve();
  const refreshing = setInterval(() => run(load), REFRESH_EVERY_MS);
  refreshing.unref();
  run(load);

  /** One thing after the other; trouble is logged and the next refresh tries again. */
  function run(part: () => Promise<void>): void {
    if (stopped) return;
    work = work.then(part).catch((error) => {
      log[isTransient(error) ? 'warn' : 'error']({ err: error }, 'Schedules had trouble; tried again soon');
    });
  }

  async function load(): Promise<void> {
    // A slot that has just passed is not lost to a reload that counts from now.
    await fireDue();
    const triggers = await publishedTriggers(pool, TYPE);
    const now = deps.now();
    schedules = triggers.flatMap((row) => readSchedule(row, now, catalogue, log));
    noteNext();
  }

  async function fireDue(): Promise<void> {
    const now = deps.now();
    const due = schedules.filter(({ nextAt }) => nextAt !== null && nextAt <= now);
    for (const schedule of due) {
      const execution = executionOf(schedule);
      if (await storeExecution(pool, execution)) onStored([{ ...execution, isTaken: false }]);
      schedule.nextAt = schedule.cron.nextRun(now);
    }
    noteNext();
  }

  function noteNext(): void {
    for (const { nextAt } of schedules) if (nextAt) timer.note(nextAt);
  }

  return {
    refresh: () => run(load),
    stop: async () => {
      stopped = true;
      timer.stop();
      clearInterval(refreshing);
      await work;
    },
  };
}

function readSchedule(row: FiredTrigger, now: Date, catalogue: NodeCatalogue, log: Logger): Schedule[] {
  try {
    const config = catalogue.get(TYPE)?.description.config.parse(row.config);
    const { cron: pattern, timezone } = configSchema.parse(config);
    const cron = new Cron(pattern, { mode: '5-part', paused: true, timezone });
    return [
      {
        workspaceId: row.workspaceId,
        flowId: row.flowId,
        flowVersion: row.flowVersion,
        nodeId: row.nodeId,
        cron,
        nextAt: cron.nextRun(now),
      },
    ];
  } catch (error) {
    log.warn({ err: error, flowId: row.flowId, nodeId: row.nodeId }, 'A schedule could not be read');
    return [];
  }
}

function executionOf({ workspaceId, flowId, flowVersion, nodeId, nextAt }: Schedule): ExecutionToStore {
  const slot = (nextAt ?? new Date()).toISOString();
  const event: TriggerEvent = { kind: 'schedule', at: slot };
  return {
    id: newId(),
    workspaceId,
    flowId,
    flowVersion,
    triggerNodeId: nodeId,
    event,
    dedupeKey: `schedule:${nodeId}:${slot}`,
    contactKey: null,
  };
}
