import { setTimeout as delay } from 'node:timers/promises';
import { costFigures, idleFigures } from './cost.ts';
import { startFleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { Installation } from './installation.ts';
import { setUp } from './installation.ts';
import type { Target } from './load.ts';
import { FIRST_SECONDS, measureLatency, measureSustained } from './load.ts';
import { memoryBelow, memoryOf } from './memory.ts';
import { openMeter } from './meter.ts';
import type { BenchOptions } from './options.ts';
import type { Figure } from './report.ts';
import { atLeast, atMost } from './report.ts';
import type { LoadCosts } from './statements.ts';
import { readStatements, resetStatements } from './statements.ts';
import type { Stub } from './stub-process.ts';

/** Flows that fill caches and let the machine code settle before anything counts. */
const WARM_UP_FLOWS = 1_000;
const GROWTH_FLOWS = 50_000;
const RATE = 100;

/** A process that has just started is not idle yet. */
const IDLE_MS = 5_000;
/** After a minute of rest it gives memory back, at the second look at the latest (server/keep-memory-low.ts). */
const REST_MS = 125_000;

export type ShapeRun = { figures: Figure[]; statements: LoadCosts[] };

/**
 * Start, memory, throughput, latency and cost per flow of one shape with so many workers. The targets are those of two
 * cores that the processes, the database, the load and the stub share.
 */
export async function measureShape(
  ground: Ground,
  stub: Stub,
  workers: number,
  options: Pick<BenchOptions, 'quick' | 'full' | 'statements'>,
  say: (text: string) => void,
): Promise<ShapeRun> {
  const start = () => startFleet(ground, stub.address, workers);
  say('Starting from nothing …');
  const first = await start();
  const installation: Installation = await setUp(first.url);
  await first.stop();
  say('Starting again …');
  const fleet = await start();
  const [server] = fleet.processes;
  const isScaled = ground.shape === 'scaled';
  const isEmbedded = ground.shape === 'embedded';
  const target: Target = { url: fleet.url, flow: installation.flow, stub };
  const figures: Figure[] = [
    { name: 'start from an empty folder', value: first.processes[0].startMs, unit: 'ms' },
    atMost('start with data there', server.startMs, 'ms', isScaled ? 2_000 : 3_000),
  ];
  const meter = await openMeter(fleet, ground, stub);
  try {
    await delay(IDLE_MS);
    const idleMemory = await memoryOf(server.pid);
    figures.push(atMost('memory of the server at idle', idleMemory?.rssMb ?? null, 'MB', 200));
    if (workers > 0) {
      const worker = fleet.processes[1] && (await memoryOf(fleet.processes[1].pid));
      figures.push(atMost('memory of a worker at idle', worker?.rssMb ?? null, 'MB', 200));
    }
    if (isEmbedded) {
      const database = await memoryBelow(server.pid);
      figures.push(atMost('memory of the embedded database at idle', database?.pssMb ?? null, 'MB', 120));
    }
    say(`Warming up with ${WARM_UP_FLOWS} flows …`);
    await measureSustained(target, { flows: WARM_UP_FLOWS });

    const flows = options.quick ? 1_000 : 10_000;
    say(`${flows} flows as fast as they go …`);
    const statements: LoadCosts[] = [];
    if (options.statements) await resetStatements(meter.database);
    const { result, cost, idle } = await meter.measure(flows, () => measureSustained(target, { flows }));
    if (options.statements) statements.push(await readStatements(meter.database, 'sustained', flows));
    figures.push(
      atLeast('webhook to reply, sustained', result.flowsPerSecond, 'flows/s', isScaled ? 1_000 : 300),
      ...costFigures(cost),
      ...idleFigures(idle),
    );

    const seconds = options.quick ? 3 : 30;
    say(`${RATE} webhooks a second for ${seconds} s …`);
    if (options.statements) await resetStatements(meter.database);
    const steadyFlows = RATE * (FIRST_SECONDS + seconds);
    const steady = await meter.measure(steadyFlows, () => measureLatency(target, { rate: RATE, seconds }));
    if (options.statements) {
      statements.push(await readStatements(meter.database, `at ${RATE}/s`, steadyFlows));
    }
    const latency = steady.result;
    figures.push(
      {
        name: `acknowledge p99 at ${RATE}/s, first ${FIRST_SECONDS} s after a rest`,
        value: latency.firstAckP99Ms,
        unit: 'ms',
      },
      { name: `acknowledge p50 at ${RATE}/s`, value: latency.ackP50Ms, unit: 'ms' },
      atMost(`acknowledge p99 at ${RATE}/s`, latency.ackP99Ms, 'ms', isScaled ? 10 : 20),
      { name: `webhook to reply p50 at ${RATE}/s`, value: latency.replyP50Ms, unit: 'ms' },
      atMost(`webhook to reply p95 at ${RATE}/s`, latency.replyP95Ms, 'ms', isScaled ? 50 : 100),
      ...costFigures(steady.cost, `per flow at ${RATE}/s`),
    );
    if (options.full) {
      figures.push(...(await measureMemoryGrowth(server.pid, target, idleMemory?.rssMb ?? null, say)));
    }
    figures.push(atMost('comments replied to twice', stub.takeDuplicates(), '', 0));
    return { figures, statements };
  } finally {
    await meter.close();
    await fleet.stop();
  }
}

/** Compares the process at rest before with the process at rest after; what it holds under load is a figure of its own. */
async function measureMemoryGrowth(
  pid: number,
  target: Target,
  idleMb: number | null,
  say: (text: string) => void,
): Promise<Figure[]> {
  say(`${GROWTH_FLOWS} more flows, for the growth of memory …`);
  await measureSustained(target, { flows: GROWTH_FLOWS });
  const loaded = await memoryOf(pid);
  await delay(REST_MS);
  const rested = await memoryOf(pid);
  const growth = rested && idleMb !== null ? rested.rssMb - idleMb : null;
  return [
    { name: 'memory of the server under load', value: loaded?.rssMb ?? null, unit: 'MB' },
    atMost(`growth of memory after ${GROWTH_FLOWS.toLocaleString('en')} executions`, growth, 'MB', 50),
  ];
}
