import type { Config } from '../config.ts';
import { StartError } from '../start-error.ts';
import { openClient } from './database-client.ts';
import { counted, duration } from './doctor/finding.ts';
import { gatherQueue } from './doctor/gather-queue.ts';
import { gatherWork } from './doctor/gather-work.ts';
import type { QueueFacts } from './doctor/judge-queue.ts';
import type { WorkFacts } from './doctor/judge-work.ts';
import { runningDatabaseUrl } from './open-database.ts';

/** `status`: what runs and what waits. @throws StartError where the embedded database does not run */
export async function runStatus(config: Config, options: { json: boolean }): Promise<string[]> {
  const isEmbedded = config.shape === 'embedded';
  const url = isEmbedded ? await runningDatabaseUrl(config.DATA_DIR) : config.DATABASE_URL;
  if (url === undefined)
    throw new StartError(`Replygraph does not run on ${config.DATA_DIR}. Start it with npm start.`);
  const { client, close } = await openClient(url);
  try {
    const work = await gatherWork(client, { isEmbedded, isRunning: true });
    const queue = await gatherQueue({ client, url }, config.REDIS_URL);
    return options.json ? [JSON.stringify({ ...work, queue }, null, 2)] : statusLines(work, queue);
  } finally {
    await close();
  }
}

/** For a terminal. */
export function statusLines(work: WorkFacts, queue: QueueFacts): string[] {
  const { executions, oldestQueuedSeconds: oldest } = work;
  const processes = work.isEmbedded
    ? ['  one, with the database in it']
    : work.processes.map(({ role, host, version }) => `  ${role.padEnd(6)}  ${host}  ${version}`);
  return [
    'Processes',
    ...(processes.length > 0 ? processes : ['  none']),
    'Executions',
    ...Object.entries(executions).map(
      ([state, count]) => `  ${state.padEnd(8)} ${count.toLocaleString('en')}`,
    ),
    ...(oldest === null ? [] : [`  the oldest in the queue for ${duration(oldest)}`]),
    'Queue',
    `  ${queueLine(queue)}`,
  ];
}

function queueLine(queue: QueueFacts): string {
  if (!('waitingJobs' in queue)) return `not reachable: ${queue.reason}`;
  const where = queue.kind === 'redis' ? 'Redis' : 'PostgreSQL';
  return `${counted(queue.waitingJobs, 'job waits', 'jobs wait')}, on ${where}`;
}
