import type pg from 'pg';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { TriggerEvent } from '../../engine/event.ts';
import { LANES, laneOf } from '../executions/lanes.ts';

/** Scrapers come every few seconds, from several places; the database is asked once in this time. */
const TTL_MS = 10_000;

/** A scrape goes without these figures when the database takes longer. */
const TIMEOUT_MS = 2_000;

/**
 * So many of the oldest queued executions are looked at for their lane. All of a backlog of a million would be a second
 * of reading on every scrape.
 */
const MOST_BY_LANE = 20_000;

const OPEN_STATUSES = ['queued', 'running', 'waiting'];
const ROLES = ['all', 'server', 'worker'];

/** The first reads the index flow_executions_open alone. What a paused flow keeps back is not in the queue. */
const OPEN = `select status, count(*)::int as count from flow_executions
  where status in ('queued', 'running', 'waiting') group by status`;
const QUEUED = `select kind, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as age
  from (
    select event->>'kind' as kind, created_at from flow_executions e
    where status = 'queued'
      and not exists (select 1 from flows f where f.id = e.flow_id and f.paused_at is not null)
    order by created_at limit ${MOST_BY_LANE}
  ) queued group by kind`;
const PROCESSES = `select role, count(*)::int as count from processes
  where seen_at > now() - interval '15 seconds' group by role`;

type QueuedRow = { kind: TriggerEvent['kind']; count: number; age: number };

/**
 * Adds what the database knows to the registry: the same in every process, so that queries take the maximum and not the
 * sum. Without a database the figures are left out; readiness says what is wrong.
 */
export function addDatabaseFigures(
  registry: Registry,
  pool: pg.Pool,
  now: () => number = () => performance.now(),
): void {
  // Whichever is asked first reads for all: a registry reads each figure after its `collect`.
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry], collect: upToDate });
  const open = gauge('replygraph_open_executions', 'Executions that have not ended, by status.', ['status']);
  const depth = gauge(
    'replygraph_queue_depth',
    `Executions that wait to be taken up, by lane; of a longer backlog the oldest ${MOST_BY_LANE}.`,
    ['lane'],
  );
  const oldest = gauge('replygraph_queue_oldest_age_seconds', 'Age of the oldest execution in the queue.');
  const processes = gauge('replygraph_processes', 'Processes seen in the last 15 seconds, by role.', [
    'role',
  ]);
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function upToDate(): Promise<void> {
    if (!reading && now() - readAt >= TTL_MS) {
      readAt = now();
      reading = read().finally(() => {
        reading = undefined;
      });
    }
    if (reading) await withinTimeout(reading);
  }

  async function read(): Promise<void> {
    try {
      const [counts, queued, alive] = await Promise.all([
        pool.query<{ status: string; count: number }>(OPEN),
        pool.query<QueuedRow>(QUEUED),
        pool.query<{ role: string; count: number }>(PROCESSES),
      ]);
      setAll(open, OPEN_STATUSES, (status) => countOf(counts.rows.filter((row) => row.status === status)));
      setAll(depth, LANES, (lane) => countOf(queued.rows.filter(({ kind }) => laneOf(kind) === lane)));
      oldest.set(Math.max(0, ...queued.rows.map(({ age }) => age)));
      setAll(processes, ROLES, (role) => countOf(alive.rows.filter((row) => row.role === role)));
    } catch {
      for (const figure of [open, depth, processes]) figure.reset();
      oldest.remove();
    }
  }
}

function setAll(gauge: Gauge, labels: readonly string[], read: (label: string) => number): void {
  for (const label of labels) gauge.labels(label).set(read(label));
}

const countOf = (rows: { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);

async function withinTimeout(reading: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, TIMEOUT_MS);
  await Promise.race([reading, over]);
  clearTimeout(timer);
}
