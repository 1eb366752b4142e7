import { releaseExpired } from '../ai/budgets.ts';
import type { RetentionCounts, RetentionSettings } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { OldRows } from './old-rows.ts';
import { cutoffOf, findOld, OLD_ROWS, OLD_SANDBOX_ITEMS, walkValues } from './old-rows.ts';

/**
 * Rows of one statement. With more, a statement holds its locks and keeps the disk busy for longer than a webhook should
 * wait; with fewer, a large table takes the night.
 */
export const PRUNE_BATCH = 500;

/** How a pruning goes about its work. */
export type PruneManner = {
  /** Called after each statement with the milliseconds that it took; resolves when the next may come. */
  rest(tookMs: number): Promise<void>;
  /** Stops between two statements. */
  signal: AbortSignal;
};

/** Nothing removed. */
export const NOTHING: RetentionCounts = {
  executions: 0,
  failedExecutions: 0,
  events: 0,
  messages: 0,
  comments: 0,
  sandboxItems: 0,
  auditEntries: 0,
};

/** Removes what a workspace does not keep any longer. @returns what was removed */
export async function pruneWorkspace(
  db: Queryable,
  workspace: { workspaceId: string; settings: RetentionSettings },
  now: Date,
  manner: PruneManner,
): Promise<RetentionCounts> {
  const { workspaceId, settings } = workspace;
  const removed = { ...NOTHING };
  for (const rows of OLD_ROWS) {
    const cutoff = cutoffOf(settings[rows.days], now);
    if (cutoff) removed[rows.kind] = await pruneRows(db, rows, workspaceId, cutoff, manner);
  }
  const cutoff = cutoffOf(settings.messagesDays, now);
  if (cutoff) {
    removed.sandboxItems = await inBatches(db, DELETE_SANDBOX_ITEMS, [workspaceId, cutoff], manner);
  }
  await inBatches(db, DELETE_AI_REQUESTS, [workspaceId, cutoffOf(AI_REQUESTS_DAYS, now)], manner);
  return removed;
}

/** Removes what belongs to no workspace and is of no use any more. @returns how many rows */
export async function pruneShared(db: Queryable, eventsCutoff: Date, manner: PruneManner): Promise<number> {
  let removed = await inBatches(db, DELETE_STRAY_EVENTS, [eventsCutoff], manner);
  for (const statement of DELETE_EXPIRED) removed += await inBatches(db, statement, [], manner);
  return removed + (await releaseExpired(db, null));
}

/** Walks from the oldest row on; what is passed over is not looked at again. */
async function pruneRows(
  db: Queryable,
  rows: OldRows,
  workspaceId: string,
  cutoff: Date,
  manner: PruneManner,
): Promise<number> {
  const text = `with doomed as materialized (${findOld(rows, true)}), gone as (
      delete from ${rows.table} t using doomed where t.${rows.key} = doomed.${rows.key} returning t.${rows.order} as at
    ) select (select count(*)::int from gone) as count, (select at::text from gone order by at desc limit 1) as last`;
  const [workspace, upTo, first] = walkValues(rows, workspaceId, cutoff);
  let from = first;
  let total = 0;
  while (!manner.signal.aborted) {
    const startedAt = performance.now();
    const answer = await db.query<{ count: number; last: string | null }>(text, [
      workspace,
      upTo,
      from,
      PRUNE_BATCH,
    ]);
    const { count = 0, last = null } = answer.rows[0] ?? {};
    total += count;
    if (count < PRUNE_BATCH) return total;
    from = last ?? from;
    await manner.rest(performance.now() - startedAt);
  }
  return total;
}

/** The statement's last parameter is the most rows to remove. */
async function inBatches(
  db: Queryable,
  text: string,
  values: unknown[],
  manner: PruneManner,
): Promise<number> {
  let total = 0;
  while (!manner.signal.aborted) {
    const startedAt = performance.now();
    const { rowCount } = await db.query(text, [...values, PRUNE_BATCH]);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNE_BATCH) return total;
    await manner.rest(performance.now() - startedAt);
  }
  return total;
}

const DELETE_SANDBOX_ITEMS = `delete from sandbox_items where seq in (${OLD_SANDBOX_ITEMS})`;

/** Calls of models are figures only; what they were about stands in the executions. */
const AI_REQUESTS_DAYS = 30;
const DELETE_AI_REQUESTS = `delete from ai_requests where id in (
  select id from ai_requests where workspace_id = $1 and at < $2 order by at limit $3 for update skip locked)`;

/** Events of accounts that no workspace has. */
const DELETE_STRAY_EVENTS = `delete from webhook_events where id in (
  select id from webhook_events where workspace_id is null and received_at < $1
  order by received_at limit $2 for update skip locked)`;

/** Sessions, tickets and cached answers that have expired, processes that left without a word; `$1` is the most rows. */
const DELETE_EXPIRED = [
  `delete from sessions where id in (
     select id from sessions where expires_at < now() limit $1 for update skip locked)`,
  `delete from verifications where id in (
     select id from verifications where expires_at < now() limit $1 for update skip locked)`,
  `delete from processes where id in (
     select id from processes where seen_at < now() - interval '1 day' limit $1 for update skip locked)`,
  `delete from ai_answers where (workspace_id, key) in (
     select workspace_id, key from ai_answers where expires_at < now() limit $1 for update skip locked)`,
];
