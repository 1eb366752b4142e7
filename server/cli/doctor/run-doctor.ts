import type pg from 'pg';
import type { Config } from '../../config.ts';
import { ConfigError, readConfig } from '../../config.ts';
import { reasonWithoutLogin } from '../connection-reason.ts';
import { openClient } from '../database-client.ts';
import { runningDatabaseUrl } from '../open-database.ts';
import { CONNECTIONS_PER_PROCESS } from './connections.ts';
import type { Finding } from './finding.ts';
import { findingLines } from './finding.ts';
import { gatherConfiguration, readVerifyToken } from './gather-configuration.ts';
import { gatherDataFolder } from './gather-data-folder.ts';
import { gatherDatabase } from './gather-database.ts';
import { gatherQueue } from './gather-queue.ts';
import { gatherWebhooks } from './gather-webhooks.ts';
import { gatherWork } from './gather-work.ts';
import { judgeConfiguration } from './judge-configuration.ts';
import type { DataFolderFacts } from './judge-data-folder.ts';
import { judgeDataFolder } from './judge-data-folder.ts';
import type { DatabaseFacts } from './judge-database.ts';
import { judgeDatabase } from './judge-database.ts';
import { judgeQueue } from './judge-queue.ts';
import { judgeWebhooks } from './judge-webhooks.ts';
import type { WorkFacts } from './judge-work.ts';
import { judgeWork } from './judge-work.ts';

/** `doctor`. Starts nothing, changes nothing, prints no secret. */
export async function runDoctor(
  environment: Record<string, string | undefined>,
  options: { json: boolean },
): Promise<{ lines: string[]; isBroken: boolean }> {
  const findings = await examine(environment);
  const isBroken = findings.some(({ level }) => level === 'broken');
  const lines = options.json
    ? [JSON.stringify({ ok: !isBroken, findings }, null, 2)]
    : findingLines(findings);
  return { lines, isBroken };
}

async function examine(environment: Record<string, string | undefined>): Promise<Finding[]> {
  const { config, error } = tryReadConfig(environment);
  const configuration = judgeConfiguration(await gatherConfiguration(environment, config, error));
  if (!config) return configuration;

  const folder = config.shape === 'embedded' ? await gatherDataFolder(config.DATA_DIR) : null;
  const { database, work, queue } = await examineDatabase(config, folder);
  const webhooks = await gatherWebhooks(config, await readVerifyToken(config), work?.realAccounts ?? 0);
  const waitingJobs = 'waitingJobs' in queue ? queue.waitingJobs : null;
  return [
    ...configuration,
    ...(folder ? judgeDataFolder(folder) : []),
    ...(database ? judgeDatabase(database) : []),
    ...(database || config.REDIS_URL ? judgeQueue(queue) : []),
    ...(work ? judgeWork(work, waitingJobs) : []),
    ...judgeWebhooks(webhooks),
  ];
}

function tryReadConfig(environment: Record<string, string | undefined>): { config?: Config; error?: string } {
  try {
    return { config: readConfig(environment) };
  } catch (error) {
    if (error instanceof ConfigError) return { error: error.message.replace(/\.$/, '') };
    throw error;
  }
}

type DatabaseFindings = {
  /** Null for an embedded one that does not run. */
  database: DatabaseFacts | null;
  work: WorkFacts | null;
  queue: Awaited<ReturnType<typeof gatherQueue>>;
};

async function examineDatabase(config: Config, folder: DataFolderFacts | null): Promise<DatabaseFindings> {
  const url = folder ? await embeddedUrl(folder) : config.DATABASE_URL;
  if (url === undefined) {
    return { database: null, work: null, queue: await gatherQueue(undefined, config.REDIS_URL) };
  }
  let client: pg.Client | undefined;
  let close = async () => {};
  try {
    ({ client, close } = await openClient(url));
    const database = await gatherDatabase(client, CONNECTIONS_PER_PROCESS[config.shape]);
    const hasTables = database.migrations.state === 'current' || database.migrations.state === 'newer';
    const shape = { isEmbedded: folder !== null, isRunning: folder?.lockedBy != null };
    const work = hasTables ? await gatherWork(client, shape) : null;
    return { database, work, queue: await gatherQueue({ client, url }, config.REDIS_URL) };
  } catch (error) {
    const database: DatabaseFacts = { isReachable: false, reason: reasonWithoutLogin(error) };
    return { database, work: null, queue: await gatherQueue(undefined, config.REDIS_URL) };
  } finally {
    await close();
  }
}

const embeddedUrl = (folder: DataFolderFacts) =>
  folder.database === 'ready' ? runningDatabaseUrl(folder.path) : Promise.resolve(undefined);
