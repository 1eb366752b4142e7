import type { Figure } from './report.ts';

/** Counters of an installation at one moment; null where they can't be known from here. */
export type Reading = {
  /** Milliseconds on a clock of the machine. */
  at: number;
  processCpuMs: number;
  databaseCpuMs: number | null;
  /** Of what measures: it sends the webhooks and plays Instagram, on the same cores. */
  loadCpuMs: number;
  walBytes: number;
  fullPageImages: number;
  transactions: number;
  tableBytes: number;
  indexBytes: number;
  connections: number;
  /** Rows by table. `hot` updates touched no index. */
  tables: Record<string, { inserted: number; updated: number; hot: number }>;
  redis: { cpuMs: number; commands: number; bytesIn: number; bytesOut: number; memoryBytes: number } | null;
};

/** What a unit (a flow, or a second of rest) took of everything. */
export type Cost = {
  processCpuMs: number;
  databaseCpuMs: number | null;
  loadCpuMs: number;
  walBytes: number;
  fullPageImages: number;
  transactions: number;
  tableBytes: number;
  indexBytes: number;
  rowsInserted: number;
  rowsUpdated: number;
  /** Rows by table, of those that were written. */
  tables: Record<string, { inserted: number; updated: number; hot: number }>;
  /** At the end of the load, not per unit. */
  connections: number;
  redis: { cpuMs: number; commands: number; bytesIn: number; bytesOut: number } | null;
};

/** The difference of two readings, per unit. */
export function costOf(before: Reading, after: Reading, units: number): Cost {
  const per = (from: number, to: number) => (to - from) / units;
  const tables = Object.fromEntries(
    Object.entries(after.tables).flatMap(([name, { inserted, updated, hot }]) => {
      const first = before.tables[name] ?? { inserted: 0, updated: 0, hot: 0 };
      const rows = {
        inserted: per(first.inserted, inserted),
        updated: per(first.updated, updated),
        hot: per(first.hot, hot),
      };
      return rows.inserted > 0 || rows.updated > 0 ? [[name, rows]] : [];
    }),
  );
  const all = Object.values(tables);
  return {
    processCpuMs: per(before.processCpuMs, after.processCpuMs),
    databaseCpuMs:
      before.databaseCpuMs === null || after.databaseCpuMs === null
        ? null
        : per(before.databaseCpuMs, after.databaseCpuMs),
    loadCpuMs: per(before.loadCpuMs, after.loadCpuMs),
    walBytes: per(before.walBytes, after.walBytes),
    fullPageImages: per(before.fullPageImages, after.fullPageImages),
    transactions: per(before.transactions, after.transactions),
    tableBytes: per(before.tableBytes, after.tableBytes),
    indexBytes: per(before.indexBytes, after.indexBytes),
    rowsInserted: all.reduce((sum, { inserted }) => sum + inserted, 0),
    rowsUpdated: all.reduce((sum, { updated }) => sum + updated, 0),
    tables,
    connections: after.connections,
    redis:
      before.redis && after.redis
        ? {
            cpuMs: per(before.redis.cpuMs, after.redis.cpuMs),
            commands: per(before.redis.commands, after.redis.commands),
            bytesIn: per(before.redis.bytesIn, after.redis.bytesIn),
            bytesOut: per(before.redis.bytesOut, after.redis.bytesOut),
          }
        : null,
  };
}

/** The cost of a flow as lines of the table. @param title says under which load, where there are several */
export function costFigures(cost: Cost, title = 'per flow'): Figure[] {
  const line = (name: string, value: number | null, unit: string): Figure => ({
    name: `${title}: ${name}`,
    value,
    unit,
  });
  return [
    line('CPU of server and workers', cost.processCpuMs, 'ms'),
    line('CPU of PostgreSQL', cost.databaseCpuMs, 'ms'),
    ...(cost.redis ? [line('CPU of Redis', cost.redis.cpuMs, 'ms')] : []),
    line('CPU of load and stub', cost.loadCpuMs, 'ms'),
    line('WAL', cost.walBytes, 'bytes'),
    line('of it whole pages after a checkpoint', cost.fullPageImages * 8_192, 'bytes'),
    line('growth of tables', cost.tableBytes, 'bytes'),
    line('growth of indexes', cost.indexBytes, 'bytes'),
    line('rows inserted', cost.rowsInserted, ''),
    line('rows updated', cost.rowsUpdated, ''),
    line('transactions', cost.transactions, ''),
    ...(cost.redis
      ? [
          line('Redis commands', cost.redis.commands, ''),
          line('bytes to Redis', cost.redis.bytesIn, 'bytes'),
          line('bytes from Redis', cost.redis.bytesOut, 'bytes'),
        ]
      : []),
    { name: `${title}: connections to PostgreSQL, in all`, value: cost.connections, unit: '' },
  ];
}

/** What an installation takes with nothing to do. */
export function idleFigures(idle: Cost): Figure[] {
  const line = (name: string, value: number | null, unit: string): Figure => ({
    name: `at rest, a second: ${name}`,
    value,
    unit,
  });
  return [
    line('CPU of server and workers', idle.processCpuMs, 'ms'),
    line('CPU of PostgreSQL', idle.databaseCpuMs, 'ms'),
    line('WAL', idle.walBytes, 'bytes'),
    ...(idle.redis ? [line('Redis commands', idle.redis.commands, '')] : []),
  ];
}
