import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Cost, Reading } from './cost.ts';
import { costOf } from './cost.ts';
import type { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import { cpuSeconds } from './memory.ts';
import type { Stub } from './stub-process.ts';

/** Backends of PostgreSQL report what they did after ten seconds of rest at the latest. */
const STATISTICS_SETTLE_MS = 11_000;

export type Meter = {
  /** Runs the load and answers what one of its flows cost, and what a second of rest costs. */
  measure<T>(flows: number, load: () => Promise<T>): Promise<{ result: T; cost: Cost; idle: Cost }>;
  /** The database of the installation. */
  database: pg.Client;
  close(): Promise<void>;
};

/** Reads what processes, database and Redis use. */
export async function openMeter(fleet: Fleet, ground: Ground, stub: Stub): Promise<Meter> {
  const database = new pg.Client({
    connectionString: await ground.databaseUrl(),
    application_name: 'replygraph-bench',
  });
  await database.connect();
  const redis = ground.redisUrl ? new Redis(ground.redisUrl) : null;

  async function read(): Promise<Reading> {
    const [processes, ownDatabase, load, counters, tables, queue] = await Promise.all([
      Promise.all(fleet.processes.map(({ pid }) => cpuSeconds(pid))),
      ground.databasePid ? cpuSeconds(ground.databasePid) : null,
      Promise.all([process.pid, stub.pid].map(cpuSeconds)),
      database.query<DatabaseCounters>(DATABASE_COUNTERS),
      database.query<TableCounters>(TABLE_COUNTERS),
      redis?.info(),
    ]);
    const row = counters.rows[0];
    if (!row) throw new Error('The database has no statistics of itself.');
    const embedded = ground.shape === 'embedded' ? (processes[0]?.below ?? 0) : null;
    const databaseSeconds = ownDatabase ? ownDatabase.own + ownDatabase.below : embedded;
    return {
      at: performance.now(),
      processCpuMs: processes.reduce((sum, { own }) => sum + own, 0) * 1e3,
      databaseCpuMs: databaseSeconds === null ? null : databaseSeconds * 1e3,
      loadCpuMs: load.reduce((sum, { own }) => sum + own, 0) * 1e3,
      walBytes: Number(row.wal_bytes),
      fullPageImages: Number(row.full_page_images),
      transactions: Number(row.transactions),
      tableBytes: Number(row.table_bytes),
      indexBytes: Number(row.index_bytes),
      connections: row.connections,
      tables: Object.fromEntries(
        tables.rows.map((table) => [
          table.name,
          { inserted: Number(table.inserted), updated: Number(table.updated), hot: Number(table.hot) },
        ]),
      ),
      redis: queue === undefined ? null : readRedis(queue),
    };
  }

  return {
    measure: async (flows, load) => {
      await delay(STATISTICS_SETTLE_MS);
      const before = await read();
      const result = await load();
      const end = await read();
      await delay(STATISTICS_SETTLE_MS);
      const settled = await read();
      // What is counted at once is taken at the end, what is reported late after the rest.
      const { tables, transactions, fullPageImages } = settled;
      return {
        result,
        cost: costOf(before, { ...end, tables, transactions, fullPageImages }, flows),
        idle: costOf(end, settled, STATISTICS_SETTLE_MS / 1e3),
      };
    },
    database,
    close: async () => {
      await database.end();
      redis?.disconnect();
    },
  };
}

type DatabaseCounters = {
  wal_bytes: string;
  full_page_images: string;
  transactions: string;
  table_bytes: string;
  index_bytes: string;
  connections: number;
};

/** Everything counts: BullMQ's tables too where the queue is in PostgreSQL. */
const DATABASE_COUNTERS = `
  select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as wal_bytes,
    (select wal_fpi::text from pg_stat_wal) as full_page_images,
    (select xact_commit::text from pg_stat_database where datname = current_database()) as transactions,
    (select sum(pg_table_size(relid))::text from pg_stat_user_tables) as table_bytes,
    (select sum(pg_indexes_size(relid))::text from pg_stat_user_tables) as index_bytes,
    (select count(*)::int from pg_stat_activity
      where datname = current_database() and application_name <> 'replygraph-bench') as connections`;

type TableCounters = { name: string; inserted: string; updated: string; hot: string };

const TABLE_COUNTERS = `
  select case schemaname when 'public' then relname else schemaname || '.' || relname end as name,
    n_tup_ins::text as inserted, n_tup_upd::text as updated, n_tup_hot_upd::text as hot
  from pg_stat_user_tables`;

function readRedis(info: string): NonNullable<Reading['redis']> {
  const value = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  return {
    cpuMs: (value('used_cpu_sys') + value('used_cpu_user')) * 1e3,
    commands: value('total_commands_processed'),
    bytesIn: value('total_net_input_bytes'),
    bytesOut: value('total_net_output_bytes'),
    memoryBytes: value('used_memory'),
  };
}

/** Steal and other people's work make a measurement worthless: the load of the machine says so. */
export async function loadAverage(): Promise<number | null> {
  const text = await readFile('/proc/loadavg', 'utf8').catch(() => '');
  return text === '' ? null : Number(text.split(' ')[0]);
}
