import type pg from 'pg';

/** Scrapers come every few seconds, from several places; the counts are read once in this time. */
const COUNTS_TTL_MS = 10_000;

const OPEN_EXECUTIONS = `
  select status, count(*)::int as count from flow_executions
  where status in ('queued', 'running', 'waiting') group by status`;

/** Prometheus text of the process and of the executions that are open now, over all workspaces. */
export function createMetrics(pool: pg.Pool, now: () => number = Date.now): () => Promise<string> {
  let counts: { at: number; lines: Promise<string[]> } | undefined;
  return async () => {
    if (!counts || now() - counts.at >= COUNTS_TTL_MS) counts = { at: now(), lines: countOpen(pool) };
    return `${[...processMetrics(), ...(await counts.lines)].join('\n')}\n`;
  };
}

function processMetrics(): string[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    ...metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', rss),
    ...metric('nodejs_heap_size_used_bytes', 'gauge', 'Used heap.', heapUsed),
    ...metric('process_cpu_seconds_total', 'counter', 'CPU time.', (user + system) / 1e6),
    ...metric('process_uptime_seconds', 'gauge', 'Time since start.', Math.round(process.uptime())),
  ];
}

async function countOpen(pool: pg.Pool): Promise<string[]> {
  try {
    const { rows } = await pool.query<{ status: string; count: number }>(OPEN_EXECUTIONS);
    const known = new Map(rows.map((row) => [row.status, row.count]));
    return [
      '# HELP replygraph_open_executions Executions that have not ended, by status.',
      '# TYPE replygraph_open_executions gauge',
      ...['queued', 'running', 'waiting'].map(
        (status) => `replygraph_open_executions{status="${status}"} ${known.get(status) ?? 0}`,
      ),
    ];
  } catch {
    // Without a database the process still has figures to tell; readiness says what is wrong.
    return [];
  }
}

function metric(name: string, type: 'gauge' | 'counter', help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`];
}
