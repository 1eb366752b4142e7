import type { Ground } from './ground.ts';
import type { ServerProcess } from './server-process.ts';
import { startServer } from './server-process.ts';

/** The processes of one installation. */
export type Fleet = {
  /** Where webhooks and API calls go. */
  url: string;
  /** The one that takes webhooks first. */
  processes: [ServerProcess, ...ServerProcess[]];
  stop(): Promise<void>;
};

/**
 * Starts an installation.
 * @param workers processes with ROLE=worker beside one with ROLE=server; 0 = one process with ROLE=all
 */
export async function startFleet(ground: Ground, graphUrl: string, workers: number): Promise<Fleet> {
  const environment = { ...ground.environment, INSTAGRAM_GRAPH_URL: graphUrl };
  const server = await startServer({ ...environment, ROLE: workers === 0 ? 'all' : 'server' });
  const processes: Fleet['processes'] = [server];
  // Workers first: the server must not take webhooks that nobody runs, and the embedded database ends with the server.
  const stop = async () => {
    for (const process of processes.toReversed()) await process.stop();
  };
  try {
    for (let worker = 0; worker < workers; worker++) {
      processes.push(await startServer({ ...environment, ROLE: 'worker', PUBLIC_URL: server.url }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: server.url, processes, stop };
}
