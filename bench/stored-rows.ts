import type pg from 'pg';

/** Rows that one statement copies. */
const CHUNK = 20_000;
const PROGRESS_EVERY = 100_000;

/** The rows lie in the past, as far as the default retention of executions goes. */
const DAYS = 90;

/** Of a hundred executions so many are of the flow that is measured; the others spread over the other flows. */
const OWN_SHARE = 50;

/** Executions per contact: most people write more than once. */
const EXECUTIONS_PER_CONTACT = 4;

/**
 * Fills the tables with ended executions, their events, steps, effects, comments and contacts: copies of the last one that
 * really ran, so that they look as this version writes them, with ids and times that grow together.
 * @param from rows there already by earlier calls
 * @param to rows to be there afterwards
 * @param flowIds the measured flow first
 */
export async function storeRows(
  database: pg.Client,
  {
    from,
    to,
    flowIds,
    progress,
  }: { from: number; to: number; flowIds: string[]; progress: (stored: number) => void },
): Promise<void> {
  await database.query(`set synchronous_commit = off; set timezone = 'UTC'`);
  await database.query(HELPERS);
  await database.query(`create temp table if not exists template as
    select e.id as execution_id, e.webhook_event_id, e.contact_key, e.event from flow_executions e
    where e.flow_id = '${flowIds[0]}' and e.status = 'succeeded' order by e.created_at desc limit 1`);
  const copies = await copyStatements(database);
  for (let start = from; start < to; start += CHUNK) {
    const end = Math.min(to, start + CHUNK) - 1;
    await database.query('begin');
    for (const copy of copies) await database.query(copy, [start, end, to, flowIds]);
    await database.query('commit');
    if ((end + 1) % PROGRESS_EVERY < CHUNK) progress(end + 1);
  }
  // As autovacuum leaves them in the long run.
  for (const { table } of TABLES) await database.query(`vacuum analyze ${table}`);
  await database.query('checkpoint');
  await database.query('reset synchronous_commit');
}

/** Deterministic values of the n-th stored row. */
const HELPERS = `
create or replace function pg_temp.at(n bigint, total bigint) returns timestamptz language sql stable as
  $$ select date_trunc('day', now()) - interval '${DAYS} days' + (n::float8 / total) * interval '${DAYS} days' $$;
create or replace function pg_temp.id(at timestamptz, kind text, n bigint) returns uuid language sql stable as
  $$ select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
    || '8' || substr(md5(kind || n), 4, 15))::uuid $$;
create or replace function pg_temp.platform_id(kind text, n bigint) returns text language sql stable as
  $$ select '17' || lpad((('x' || substr(md5(kind || n), 1, 12))::bit(48)::bigint)::text, 15, '0') $$;`;

type Copy = {
  table: string;
  /** The rows of the template in this table; \`t\` is the template. */
  where: string;
  /** Columns that differ from the template's. */
  set: Record<string, string>;
  /** Not every execution has a row of its own. */
  only?: string;
};

const AT = 'pg_temp.at(n, $3)';
const EXECUTION = `pg_temp.id(${AT}, 'execution', n)`;
const CONTACT = `(n / ${EXECUTIONS_PER_CONTACT})`;
const CONTACT_ID = `pg_temp.id(pg_temp.at(${CONTACT} * ${EXECUTIONS_PER_CONTACT}, $3), 'contact', ${CONTACT})`;
const PERSON = `pg_temp.platform_id('person', ${CONTACT})`;
const COMMENT = `pg_temp.platform_id('comment', n)`;
const DEDUPE = `'comment:' || (t.event->'account'->>'id') || ':' || ${COMMENT}`;
const FLOW = `($4::uuid[])[case when n % 100 < ${OWN_SHARE} then 1 else 2 + n % (cardinality($4::uuid[]) - 1) end]`;

const TABLES: Copy[] = [
  {
    table: 'contacts',
    where: `r.external_id = t.event->'from'->>'id'`,
    set: {
      id: CONTACT_ID,
      external_id: PERSON,
      username: `'person_' || ${CONTACT}`,
      created_at: AT,
      updated_at: AT,
    },
    only: `n % ${EXECUTIONS_PER_CONTACT} = 0`,
  },
  {
    table: 'comments',
    where: `r.external_id = t.event->'comment'->>'id'`,
    set: { id: `pg_temp.id(${AT}, 'comment', n)`, contact_id: CONTACT_ID, external_id: COMMENT, at: AT },
  },
  {
    table: 'webhook_events',
    where: 'r.id = t.webhook_event_id',
    set: {
      id: `pg_temp.id(${AT}, 'event', n)`,
      scope: `${FLOW}::text`,
      dedupe_key: DEDUPE,
      received_at: AT,
    },
  },
  {
    table: 'flow_executions',
    where: 'r.id = t.execution_id',
    set: {
      id: EXECUTION,
      // Below the numbers that real ones get, as they are older.
      seq: 'n - $3::bigint',
      flow_id: FLOW,
      flow_version: '1',
      webhook_event_id: `pg_temp.id(${AT}, 'event', n)`,
      dedupe_key: DEDUPE,
      contact_key: `(t.event->'account'->>'id') || ':' || ${PERSON}`,
      status: `case when n % 200 = 0 then 'failed' else 'succeeded' end`,
      created_at: AT,
      started_at: AT,
      finished_at: `${AT} + interval '20 milliseconds'`,
    },
  },
  {
    table: 'execution_steps',
    where: 'r.execution_id = t.execution_id',
    set: { execution_id: EXECUTION, started_at: AT, finished_at: `${AT} + interval '5 milliseconds'` },
  },
  {
    table: 'effects',
    where: 'r.execution_id = t.execution_id',
    set: { execution_id: EXECUTION, intended_at: AT, settled_at: AT },
  },
];

/** One statement for each table: every column from the template, except those that tell rows apart. */
async function copyStatements(database: pg.Client): Promise<string[]> {
  const statements: string[] = [];
  for (const { table, where, set, only = 'true' } of TABLES) {
    const { rows } = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
      [table],
    );
    const columns = rows.map(({ name }) => name);
    const values = columns.map((name) => set[name] ?? `r.${name}`);
    // The last condition gives every statement the same parameters.
    statements.push(`insert into ${table} (${columns.join(', ')})
      select ${values.join(', ')} from generate_series($1::bigint, $2::bigint) n, template t join ${table} r on ${where}
      where ${only} and $3::bigint > 0 and $4::uuid[] is not null on conflict do nothing`);
  }
  return statements;
}
