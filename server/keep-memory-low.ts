import { Session } from 'node:inspector/promises';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Only after such a rest: the collection that gives memory back also drops compiled code, and what comes next is slow. */
const REST_MS = 60_000;
/** Share of that time in which the process may have done something and still be called at rest. */
const AT_REST = 0.03;
/** Less than this is not worth a collection. */
const WORTH_BYTES = 24 * 1024 * 1024;

/**
 * Gives memory back that is not in use any more: once now, after loading, and whenever the process has rested for a minute
 * with more than it had then. Loading modules leaves some 150 MB of garbage (Node reads drizzle-orm's package.json of 180 KB
 * anew for each of its modules), a burst of webhooks some 100 MB, in a heap that V8 would keep at that size. A collection
 * takes about 40 ms in which nobody waits.
 */
export async function keepMemoryLow(): Promise<void> {
  await collectGarbage();
  let lowest = process.memoryUsage.rss();
  let before = performance.eventLoopUtilization();
  const look = async () => {
    const since: EventLoopUtilization = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (since.utilization > AT_REST || process.memoryUsage.rss() < lowest + WORTH_BYTES) return;
    await collectGarbage();
    lowest = process.memoryUsage.rss();
  };
  setInterval(() => void look(), REST_MS).unref();
}

async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}
