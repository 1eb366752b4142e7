import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { Config } from '../config.ts';
import type { LocalLive } from '../live/live.ts';
import type { Logger } from '../log.ts';
import { addDatabaseFigures } from './database-figures.ts';
import { createFigures } from './figures.ts';
import { addPoolFigures, watchLive } from './process-figures.ts';
import { createRunWatch } from './run-watch.ts';
import { logWithTraceIds } from './trace-log.ts';
import { openTraces } from './traces.ts';
import { watchGraphCalls } from './watch-graph-calls.ts';
import { WatchedCatalogue } from './watch-nodes.ts';
import { watchWebhooks } from './watch-webhooks.ts';

/**
 * Figures and traces of a process. Its parts know nothing of them: server/boot.ts gives them what is watched here in
 * place of the thing itself.
 */
export type Telemetry = {
  /** The log with trace ids, where there are traces. */
  log: Logger;
  /** Mount it before the webhooks' router. */
  webhooks: RequestHandler;
  /** Told of executions that a webhook has started. */
  stored(executions: { id: string }[]): void;
  /** The catalogue for running executions. */
  catalogue(catalogue: NodeCatalogue): NodeCatalogue;
  /** Live events on their way from the executions to whoever watches. */
  liveOfExecutions(live: LocalLive): LocalLive;
  /** Live events on their way to the WebSockets of this server. */
  liveOfSockets(live: LocalLive, server: Server): LocalLive;
  /** Everything for Prometheus, as text. */
  metrics(): Promise<string>;
  close(): Promise<void>;
};

export async function openTelemetry({
  config,
  log,
  pool,
  hotPool,
}: {
  config: Config;
  log: Logger;
  pool: pg.Pool;
  hotPool: pg.Pool;
}): Promise<Telemetry> {
  const figures = createFigures();
  addPoolFigures(figures.registry, { hot: hotPool, other: pool });
  addDatabaseFigures(figures.registry, pool);
  const traces = await openTraces(config, log);
  const runs = createRunWatch(figures, traces);
  const unwatchGraphCalls = watchGraphCalls(figures, traces);
  return {
    log: traces ? logWithTraceIds(log, traces) : log,
    webhooks: watchWebhooks(figures, traces),
    stored: (executions) => traces?.stored(executions.map(({ id }) => id)),
    catalogue: (catalogue) => new WatchedCatalogue(catalogue, runs, figures),
    liveOfExecutions: (live) => ({
      ...live,
      publish: (workspaceId, events) => {
        for (const event of events) runs.told(event);
        live.publish(workspaceId, events);
      },
    }),
    liveOfSockets: (live, server) => watchLive(figures.registry, live, server),
    metrics: figures.text,
    close: async () => {
      unwatchGraphCalls();
      runs.close();
      await traces?.close();
    },
  };
}
