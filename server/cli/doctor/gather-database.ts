import type pg from 'pg';
import { listMigrations, placeOf, readApplied } from '../backup/our-migrations.ts';
import type { DatabaseFacts } from './judge-database.ts';

/** A transaction that is open for longer is worth a word. */
const LONG_SECONDS = 300;

type Reachable = Extract<DatabaseFacts, { isReachable: true }>;

/** @param connectionsPerProcess see connections.ts */
export async function gatherDatabase(client: pg.Client, connectionsPerProcess: number): Promise<Reachable> {
  const clockAheadMs = await measureClock(client);
  const { rows } = await client.query<ServerRow>(SERVER);
  const [server] = rows;
  if (!server) throw new Error('The server said nothing about itself.');
  const { rows: tables } = await client.query<Reachable['tables'][number]>(TABLES);
  const { rows: longTransactions } = await client.query<Reachable['longTransactions'][number]>(
    LONG_TRANSACTIONS,
    [LONG_SECONDS],
  );
  const { fsync, full_page_writes, synchronous_commit, autovacuum, ...rest } = server;
  return {
    isReachable: true,
    ...rest,
    migrations: await gatherMigrations(client),
    clockAheadMs,
    connectionsPerProcess,
    settings: { fsync, full_page_writes, synchronous_commit, autovacuum },
    tables,
    longTransactions,
  };
}

/** Half of the way there and back is taken off. */
async function measureClock(client: pg.Client): Promise<number> {
  const before = Date.now();
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  const after = Date.now();
  return (rows[0]?.now.getTime() ?? after) - (before + after) / 2;
}

async function gatherMigrations(client: pg.Client): Promise<Reachable['migrations']> {
  const migrations = listMigrations();
  const place = placeOf(await readApplied(client), migrations);
  if (place.state !== 'known') return { state: place.state };
  const count = migrations.length - 1 - place.index;
  return count === 0 ? { state: 'current' } : { state: 'pending', count };
}

type ServerRow = Pick<Reachable, 'version' | 'mayCreateSchemas' | 'maxConnections' | 'usedConnections'> &
  Reachable['settings'];

const SERVER = `
  select current_setting('server_version_num')::int / 10000 as version,
    has_database_privilege(current_database(), 'CREATE')
      and has_schema_privilege('public', 'CREATE') as "mayCreateSchemas",
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int as "maxConnections",
    (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as "usedConnections",
    current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
    current_setting('synchronous_commit') as synchronous_commit, current_setting('autovacuum') as autovacuum`;

const TABLES = `
  select relname::text as name, pg_total_relation_size(relid)::float8 as bytes, n_live_tup::float8 as rows,
    n_dead_tup::float8 as "deadRows"
  from pg_stat_user_tables where schemaname in ('public', 'bullmq') order by relname`;

const LONG_TRANSACTIONS = `
  select pid, coalesce(application_name, '') as application,
    extract(epoch from now() - xact_start)::float8 as seconds
  from pg_stat_activity
  where datname = current_database() and xact_start < now() - make_interval(secs => $1)
    and backend_type = 'client backend' and pid <> pg_backend_pid()
  order by xact_start limit 5`;
