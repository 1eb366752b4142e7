import type pg from 'pg';
import { ALIVE_SECONDS } from '../backup/who-runs.ts';
import type { ProcessFacts, WorkFacts } from './judge-work.ts';

/** From a database with this version's tables. @param isEmbedded then `isRunning` is known from the data folder */
export async function gatherWork(
  client: pg.Client,
  shape: { isEmbedded: boolean; isRunning: boolean },
): Promise<WorkFacts> {
  const { rows } = await client.query<Row>(WORK);
  const [row] = rows;
  if (!row) throw new Error('The database said nothing about its executions.');
  const { rows: processes } = await client.query<ProcessFacts>(PROCESSES, [ALIVE_SECONDS]);
  const { queued, running, waiting, failed, ...rest } = row;
  return {
    isEmbedded: shape.isEmbedded,
    isRunning: shape.isEmbedded ? shape.isRunning : processes.length > 0,
    processes,
    executions: { queued, running, waiting, failed },
    ...rest,
  };
}

type Row = WorkFacts['executions'] &
  Pick<
    WorkFacts,
    'oldestQueuedSeconds' | 'pausedFlows' | 'uncertainEffects' | 'accountsWithoutLogin' | 'realAccounts'
  >;

const count = (status: string) =>
  `(select count(*)::int from flow_executions where status = '${status}') as ${status}`;

const WORK = `
  select ${['queued', 'running', 'waiting', 'failed'].map(count).join(', ')},
    (select extract(epoch from now() - min(e.created_at))::float8 from flow_executions e
      join flows f on f.id = e.flow_id and f.paused_at is null
      where e.status = 'queued') as "oldestQueuedSeconds",
    (select count(*)::int from flows where paused_at is not null and deleted_at is null) as "pausedFlows",
    (select count(*)::int from effects where status = 'uncertain') as "uncertainEffects",
    (select coalesce(array_agg(username order by username), '{}') from accounts
      where status = 'needs_login') as "accountsWithoutLogin",
    (select count(*)::int from accounts
      where not is_sandbox and status <> 'disconnected') as "realAccounts"`;

const PROCESSES = `
  select role, host, version from processes
  where seen_at > now() - make_interval(secs => $1) order by role, host, started_at`;
