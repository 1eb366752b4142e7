import type pg from 'pg';

/** What one SQL statement of the load cost, by pg_stat_statements. */
export type StatementCost = {
  statement: string;
  callsPerFlow: number;
  meanMs: number;
  /** Of `meanMs`: making the plan, 0 where a plan that was kept is used. */
  planMs: number;
  /** Pages of 8 KB looked at: what grows when a plan does not scale, whatever else the machine does. */
  pagesPerCall: number;
  walBytesPerFlow: number;
  msPerFlow: number;
};

/** The statements of one load. */
export type LoadCosts = { load: string; statements: StatementCost[] };

/** Forgets what was counted. */
export async function resetStatements(database: pg.Client): Promise<void> {
  await database.query('create schema if not exists bench');
  await database.query('create extension if not exists pg_stat_statements schema bench');
  await database.query('select bench.pg_stat_statements_reset()');
}

/** The statements since the reset, the most expensive first. */
export async function readStatements(database: pg.Client, load: string, flows: number): Promise<LoadCosts> {
  const { rows } = await database.query<Row>(
    `select query, calls::float8 as calls, total_exec_time + total_plan_time as ms, total_plan_time as plan_ms, wal_bytes::float8 as wal_bytes,
       (shared_blks_hit + shared_blks_read)::float8 as pages
     from bench.pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
       and query !~ 'pg_stat|pg_current_wal'
     order by total_exec_time + total_plan_time desc limit 25`,
  );
  const statements = rows.map(({ query, calls, ms, plan_ms, wal_bytes, pages }) => ({
    statement: shorten(query),
    callsPerFlow: calls / flows,
    meanMs: ms / calls,
    planMs: plan_ms / calls,
    pagesPerCall: pages / calls,
    walBytesPerFlow: wal_bytes / flows,
    msPerFlow: ms / flows,
  }));
  return { load, statements };
}

type Row = { query: string; calls: number; ms: number; plan_ms: number; wal_bytes: number; pages: number };

function shorten(query: string): string {
  return query.replaceAll(/\s+/g, ' ').trim().slice(0, 90);
}
