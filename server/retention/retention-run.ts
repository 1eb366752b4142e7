import type pg from 'pg';
import { cancelOfDeletedFlows } from '../flows/cancel-of-deleted-flows.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { cutoffOf } from './old-rows.ts';
import { databaseTime } from './preview.ts';
import type { PruneManner } from './prune.ts';
import { pruneShared, pruneWorkspace } from './prune.ts';
import { DEFAULT_RETENTION, hasRunWithin, readAllRetentions, writeLastRun } from './retention-settings.ts';

/** Key of the advisory lock under which one process prunes; beside that of server/database/migrate.ts. */
const RETENTION_LOCK = 7_265_402;

export type RetentionRun = { removed: number };

/**
 * Removes what the workspaces do not keep any longer, on one connection, which holds the lock: should it break, the lock
 * is free.
 * @param options `unlessWithinSeconds`: does nothing when a run has ended so lately
 * @returns null when another process is at it or was lately
 */
export async function runRetention(
  pool: pg.Pool,
  manner: PruneManner,
  options: { unlessWithinSeconds?: number } = {},
): Promise<RetentionRun | null> {
  const client = await pool.connect();
  let isClean = false;
  try {
    if (!(await tryLock(client))) {
      isClean = true;
      return null;
    }
    const seconds = options.unlessWithinSeconds ?? 0;
    const run = seconds > 0 && (await hasRunWithin(client, seconds)) ? null : await prune(client, manner);
    await client.query('select pg_advisory_unlock($1)', [RETENTION_LOCK]);
    isClean = true;
    return run;
  } finally {
    // A connection that broke, or may still hold the lock, is closed.
    client.release(!isClean);
  }
}

async function tryLock(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    RETENTION_LOCK,
  ]);
  return rows[0]?.locked === true;
}

async function prune(db: Queryable, manner: PruneManner): Promise<RetentionRun> {
  const now = await databaseTime(db);
  const strayEvents = cutoffOf(DEFAULT_RETENTION.eventsDays, now) ?? now;
  let total = await pruneShared(db, strayEvents, manner);
  await cancelOfDeletedFlows(db, { signal: manner.signal });
  for (const workspace of await readAllRetentions(db)) {
    const startedAt = new Date().toISOString();
    const removed = await pruneWorkspace(db, workspace, now, manner);
    // One that was stopped has not ended: the next process goes on with it.
    if (manner.signal.aborted) break;
    await writeLastRun(db, workspace.workspaceId, {
      startedAt,
      finishedAt: new Date().toISOString(),
      removed,
    });
    total += Object.values(removed).reduce((sum, count) => sum + count, 0);
  }
  return { removed: total };
}
