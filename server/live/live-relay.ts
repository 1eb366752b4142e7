import type pg from 'pg';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { joinExchange } from './exchange.ts';
import type { LocalLive } from './live.ts';
import { openRelayBus } from './relay-bus.ts';
import { within } from './within.ts';

/** How long the start waits for the relay; without it events of other processes come later, nothing else. */
const START_MS = 2_000;

/** How long the last events may take when the process stops. */
const STOP_MS = 1_000;

/**
 * Carries live events between processes over BullMQ's relay, on Redis or PostgreSQL. A relay that is not there, or goes
 * away, keeps nothing from starting or running: it is connected to as soon as it is there.
 */
export async function openLiveRelay(deps: {
  config: Pick<Config, 'REDIS_URL' | 'ROLE'>;
  pool: pg.Pool;
  live: LocalLive;
  log: Logger;
}): Promise<{ close(): Promise<void> }> {
  const { config, live, log } = deps;
  const bus = openRelayBus(deps);
  const exchange = joinExchange({
    bus,
    live,
    // Browsers are led to the servers; a worker's port is for health probes.
    listensAlways: config.ROLE !== 'worker',
    report: (error) => log.warn({ err: error }, 'Live events could not be passed on'),
  });
  await within(START_MS, bus.opened);
  return {
    close: async () => {
      await within(STOP_MS, exchange.close());
      await bus.close();
    },
  };
}
