import type { Retention, RetentionCounts, RetentionSettings } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { cutoffOf, findOld, OLD_ROWS, OLD_SANDBOX_ITEMS, walkValues } from './old-rows.ts';
import { NOTHING } from './prune.ts';

/** Counted up to here: a person decides the same at ten thousand as at a million, and the count stays cheap. */
const COUNTED = 10_000;

/** What would be removed of a workspace if it kept things so long. */
export async function previewRetention(
  db: Queryable,
  workspaceId: string,
  settings: RetentionSettings,
): Promise<RetentionCounts> {
  const now = await databaseTime(db);
  const counts = { ...NOTHING };
  for (const rows of OLD_ROWS) {
    const cutoff = cutoffOf(settings[rows.days], now);
    if (!cutoff) continue;
    const values = [...walkValues(rows, workspaceId, cutoff), COUNTED];
    counts[rows.kind] = await count(db, findOld(rows, false), values);
  }
  const cutoff = cutoffOf(settings.messagesDays, now);
  if (cutoff) counts.sandboxItems = await count(db, OLD_SANDBOX_ITEMS, [workspaceId, cutoff, COUNTED]);
  return counts;
}

/** The database's clock: what is old must not hang on the clock of a server. */
export async function databaseTime(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select now() as now');
  return rows[0]?.now ?? new Date();
}

async function count(db: Queryable, query: string, values: unknown[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (${query}) old`,
    values,
  );
  return rows[0]?.count ?? 0;
}

const TABLES: Record<Retention['stored'][number]['kind'], string[]> = {
  executions: ['flow_executions', 'execution_steps', 'effects', 'approvals', 'escalations'],
  events: ['webhook_events'],
  messages: ['messages'],
  comments: ['comments'],
  sandbox: ['sandbox_items'],
  audit: ['audit_log'],
};

/** How much is stored, as PostgreSQL estimates it: rows of the first table of a kind, bytes of all with their indexes. */
export async function storedSizes(db: Queryable): Promise<Retention['stored']> {
  const { rows } = await db.query<{ name: string; rows: string; bytes: string }>(
    `select c.relname as name, greatest(c.reltuples, s.n_live_tup, 0)::bigint as rows,
       pg_total_relation_size(c.oid) as bytes
     from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
     where c.oid = any($1::text[]::regclass[])`,
    [Object.values(TABLES).flat()],
  );
  const sizes = new Map(rows.map((row) => [row.name, row]));
  return STORED_KINDS.map((kind) => {
    const [first = '', ...others] = TABLES[kind];
    const bytes = [first, ...others].reduce((sum, name) => sum + Number(sizes.get(name)?.bytes ?? 0), 0);
    return { kind, rows: Number(sizes.get(first)?.rows ?? 0), bytes };
  });
}

const STORED_KINDS = ['executions', 'events', 'messages', 'comments', 'sandbox', 'audit'] as const;
