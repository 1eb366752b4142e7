import type pg from 'pg';
import type { DueExecution } from './lanes.ts';
import { GONE_AFTER_MS } from './presence.ts';
import type { DueRow } from './wake-executions.ts';
import { toDue } from './wake-executions.ts';

/** A process as the database shows it now; `beat` is -1 where only what it holds is left of it. */
export type SeenProcess = { id: string; beat: number };

/** Since when (monotonic milliseconds) each process has shown the same beat. */
export type BeatWatch = Map<string, { beat: number; since: number }>;

/** Notes what is seen and answers the processes that are gone: the same beat for `GONE_AFTER_MS`. */
export function watchBeats(watch: BeatWatch, seen: readonly SeenProcess[], nowMs: number): SeenProcess[] {
  const ids = new Set(seen.map(({ id }) => id));
  for (const id of watch.keys()) if (!ids.has(id)) watch.delete(id);
  const gone: SeenProcess[] = [];
  for (const { id, beat } of seen) {
    const known = watch.get(id);
    if (known?.beat !== beat) watch.set(id, { beat, since: nowMs });
    else if (nowMs - known.since >= GONE_AFTER_MS) gone.push({ id, beat });
  }
  return gone;
}

/** Queues again what processes held that are gone. Called every few seconds; the answer is what is due now. */
export function createTakeOver(pool: pg.Pool): () => Promise<DueExecution[]> {
  const watch: BeatWatch = new Map();
  return async () => {
    const { rows } = await pool.query<{ id: string; beat: string }>({ name: 'see-processes', text: SEE });
    const seen = rows.map(({ id, beat }) => ({ id, beat: Number(beat) }));
    const gone = watchBeats(watch, seen, performance.now());
    if (gone.length === 0) return [];
    const taken = await pool.query<DueRow>(TAKE_OVER, [
      gone.map(({ id }) => id),
      gone.map(({ beat }) => beat),
    ]);
    return taken.rows.map(toDue);
  };
}

const SEE = `select id, beat from processes
union all
select distinct lease_owner, -1 from flow_executions
where status = 'running' and lease_owner not in (select id from processes)`;

/** One that has beaten since it was seen is left alone; one that wakes up after this finds its row gone and starts anew. */
const TAKE_OVER = `
with suspects as (
  select * from unnest($1::text[], $2::bigint[]) as s(id, beat)
), removed as (
  delete from processes p using suspects s where p.id = s.id and p.beat = s.beat returning p.id
), gone as (
  select id from removed
  union select s.id from suspects s where s.beat = -1 and not exists (select 1 from processes p where p.id = s.id)
)
update flow_executions e set status = 'queued', lease_owner = null from gone
where e.status = 'running' and e.lease_owner = gone.id returning e.id, e.event->>'kind' as kind`;
