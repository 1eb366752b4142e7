import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { benchEngine } from './engine.ts';
import { setUp } from './installation.ts';
import type { Target } from './load.ts';
import { measureLatency, measureSustained } from './load.ts';
import { describeMachine } from './machine.ts';
import { cpuSeconds, memoryBelow, memoryOf } from './memory.ts';
import type { Figure } from './report.ts';
import { atLeast, atMost, table, writeResults } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { startServer } from './server-process.ts';
import { startStub } from './stub-process.ts';

/**
 * `npm run bench`: the figures of DESIGN 9. Boots the real server in its own process, with a stub of the Graph API in
 * another, and sends signed webhooks over loopback. Embedded in a temporary folder; with DATABASE_URL (an empty database!)
 * and REDIS_URL set, those shapes.
 *
 * --full   also 50,000 executions, for the growth of memory
 * --quick  a tenth of the load, to see that it works
 * --skip-engine
 */
const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    'skip-engine': { type: 'boolean', default: false },
  },
});

/** Flows that fill caches and let the machine code settle before anything counts. */
const WARM_UP_FLOWS = 1_000;
const SUSTAINED_FLOWS = options.quick ? 1_000 : 10_000;
const LATENCY_SECONDS = options.quick ? 3 : 30;
const GROWTH_FLOWS = 50_000;
const RATE = 100;

/** A process that has just started is not idle yet. */
const IDLE_MS = 5_000;
/** At rest it gives memory back, at the second look (server/keep-memory-low.ts). */
const REST_MS = 15_000;

const shape = process.env.REDIS_URL ? 'scaled' : process.env.DATABASE_URL ? 'server' : 'embedded';
const isScaled = shape === 'scaled';
const say = (text: string) => process.stderr.write(`${text}\n`);

const figures: Figure[] = [];
const machine = await describeMachine();
say(`Measuring the shape "${shape}" on ${machine.cores} × ${machine.cpu}, Node ${machine.node}.`);
if (!options['skip-engine']) await measureEngine();

const dataDir = await mkdtemp(join(tmpdir(), 'replygraph-bench-'));
const stub = await startStub();
try {
  await measureServer();
} finally {
  await stub.stop();
  await rm(dataDir, { recursive: true, force: true });
}

process.stdout.write(`${table(figures)}\n`);
const path = await writeResults(shape, { shape, machine, figures });
say(`Written to ${path}.`);

async function measureEngine(): Promise<void> {
  say('The engine alone …');
  const engine = await benchEngine(options.quick ? 0.5 : 2);
  figures.push(
    atLeast('engine alone, flows of five nodes', engine.shortFlowNodesPerSecond, 'node runs/s', 100_000),
    {
      name: 'engine alone, one chain of 1,000 nodes',
      value: engine.chainNodesPerSecond,
      unit: 'node runs/s',
    },
    {
      name: 'engine alone, 1,000 nodes side by side',
      value: engine.fanOutNodesPerSecond,
      unit: 'node runs/s',
    },
  );
}

async function measureServer(): Promise<void> {
  const start = () => startServer({ DATA_DIR: dataDir, INSTAGRAM_GRAPH_URL: stub.address });
  say('Starting from nothing …');
  const first = await start();
  const installation = await setUp(first.url);
  await first.stop();
  say('Starting again …');
  const server = await start();
  figures.push(
    { name: 'start from an empty folder', value: first.startMs, unit: 'ms' },
    atMost('start with data there', server.startMs, 'ms', isScaled ? 2_000 : 3_000),
  );
  try {
    await measureLoad(server, { url: server.url, installation, stub });
  } finally {
    await server.stop();
  }
}

async function measureLoad(server: ServerProcess, target: Target): Promise<void> {
  await delay(IDLE_MS);
  const idle = await memoryOf(server.pid);
  const database = shape === 'embedded' ? await memoryBelow(server.pid) : null;
  figures.push(
    atMost('memory of the server at idle', idle?.rssMb ?? null, 'MB', 200),
    ...(shape === 'embedded'
      ? [atMost('memory of the embedded database at idle', database?.pssMb ?? null, 'MB', 120)]
      : []),
  );
  say(`Warming up with ${WARM_UP_FLOWS} flows …`);
  await measureSustained(target, { flows: WARM_UP_FLOWS });

  say(`${SUSTAINED_FLOWS} flows as fast as they go …`);
  const before = await cpuSeconds(server.pid);
  const sustained = await measureSustained(target, { flows: SUSTAINED_FLOWS });
  const after = await cpuSeconds(server.pid);
  figures.push(
    atLeast('webhook to reply, sustained', sustained.flowsPerSecond, 'flows/s', isScaled ? 1_000 : 300),
    {
      name: 'CPU of the server per flow',
      value: ((after.own - before.own) / SUSTAINED_FLOWS) * 1e3,
      unit: 'ms',
    },
    {
      name: 'CPU of the embedded database per flow',
      value: shape === 'embedded' ? ((after.below - before.below) / SUSTAINED_FLOWS) * 1e3 : null,
      unit: 'ms',
    },
  );

  say(`${RATE} webhooks a second for ${LATENCY_SECONDS} s …`);
  const latency = await measureLatency(target, { rate: RATE, seconds: LATENCY_SECONDS });
  figures.push(
    { name: `acknowledge p50 at ${RATE}/s`, value: latency.ackP50Ms, unit: 'ms' },
    atMost(`acknowledge p99 at ${RATE}/s`, latency.ackP99Ms, 'ms', isScaled ? 10 : 20),
    { name: `webhook to reply p50 at ${RATE}/s`, value: latency.replyP50Ms, unit: 'ms' },
    atMost(`webhook to reply p95 at ${RATE}/s`, latency.replyP95Ms, 'ms', isScaled ? 50 : 100),
  );
  if (options.full) await measureGrowth(server, target, idle?.rssMb ?? null);
  figures.push(atMost('comments replied to twice', stub.duplicates(), '', 0));
}

/** Compares the process at rest before with the process at rest after; what it holds under load is a figure of its own. */
async function measureGrowth(server: ServerProcess, target: Target, idleMb: number | null): Promise<void> {
  say(`${GROWTH_FLOWS} more flows, for the growth of memory …`);
  await measureSustained(target, { flows: GROWTH_FLOWS });
  const loaded = await memoryOf(server.pid);
  await delay(REST_MS);
  const rested = await memoryOf(server.pid);
  const growth = rested && idleMb !== null ? rested.rssMb - idleMb : null;
  figures.push(
    { name: 'memory of the server under load', value: loaded?.rssMb ?? null, unit: 'MB' },
    atMost(`growth of memory after ${GROWTH_FLOWS.toLocaleString('en')} executions`, growth, 'MB', 50),
  );
}
