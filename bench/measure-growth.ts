import { measurePages } from './api-pages.ts';
import { costFigures } from './cost.ts';
import type { Fleet } from './fleet.ts';
import { startFleet } from './fleet.ts';
import { chainOf, FIVE_NODES } from './graphs.ts';
import type { Ground } from './ground.ts';
import type { Installation } from './installation.ts';
import { setUp } from './installation.ts';
import type { Target } from './load.ts';
import { measureLatency, measureSustained } from './load.ts';
import type { Meter } from './meter.ts';
import { openMeter } from './meter.ts';
import type { BenchOptions, Growth } from './options.ts';
import type { Figure } from './report.ts';
import { atMost } from './report.ts';
import type { LoadCosts } from './statements.ts';
import { readStatements, resetStatements } from './statements.ts';
import { storeRows } from './stored-rows.ts';
import type { Stub } from './stub-process.ts';

const NODES = [5, 50, 500];
const PAYLOAD_BYTES = [1_000, 100_000];

/** Flows beside the measured one, which have half of the stored executions. */
const OTHER_FLOWS = 20;

/** Share of the sustained throughput at which latency is measured: busy, but far from a queue. */
const STEADY_SHARE = 0.25;
const HIGHEST_RATE = 100;

/** One column of the table: how much of what grows, and what was measured then. */
export type GrowthStep = { title: string; figures: Figure[]; statements: LoadCosts[] };

type Options = Pick<BenchOptions, 'quick' | 'statements' | 'rows'>;
type Site = { fleet: Fleet; meter: Meter; installation: Installation; stub: Stub; options: Options };
type Say = (text: string) => void;

/** How throughput, latency and cost per flow change as one thing grows. One process that does everything. */
export async function measureGrowth(
  growth: Growth,
  ground: Ground,
  stub: Stub,
  options: Options,
  say: Say,
): Promise<GrowthStep[]> {
  const fleet = await startFleet(ground, stub.address, 0);
  try {
    const meter = await openMeter(fleet, ground, stub);
    try {
      const site = { fleet, meter, installation: await setUp(fleet.url), stub, options };
      await warmUp(site, say);
      return await MEASURES[growth](site, say);
    } finally {
      await meter.close();
    }
  } finally {
    await fleet.stop();
  }
}

const MEASURES: Record<Growth, (site: Site, say: Say) => Promise<GrowthStep[]>> = {
  nodes: growNodes,
  payload: growPayload,
  rows: growRows,
};

async function warmUp({ fleet, installation, stub }: Site, say: Say): Promise<void> {
  say('Warming up …');
  await measureSustained({ url: fleet.url, flow: installation.flow, stub }, { flows: 1_000 });
}

async function growNodes(site: Site, say: Say): Promise<GrowthStep[]> {
  const steps: GrowthStep[] = [];
  for (const nodes of NODES) {
    say(`Chains of ${nodes} nodes …`);
    const flow = await site.installation.publish(`Chain of ${nodes}`, chainOf(nodes));
    const target = { url: site.fleet.url, flow, stub: site.stub };
    await measureSustained(target, { flows: 20 });
    steps.push({ title: `${nodes} nodes`, ...(await measureLoad(site, target, 50_000 / nodes)) });
  }
  return steps;
}

async function growPayload(site: Site, say: Say): Promise<GrowthStep[]> {
  const steps: GrowthStep[] = [];
  for (const payloadBytes of PAYLOAD_BYTES) {
    say(`Webhooks of ${payloadBytes / 1e3} KB …`);
    const target = { url: site.fleet.url, flow: site.installation.flow, stub: site.stub, payloadBytes };
    await measureSustained(target, { flows: 20 });
    const load = await measureLoad(site, target, payloadBytes > 10_000 ? 1_000 : 10_000);
    steps.push({ title: `${payloadBytes / 1e3} KB`, ...load });
  }
  return steps;
}

async function growRows(site: Site, say: Say): Promise<GrowthStep[]> {
  const { fleet, meter, installation, stub, options } = site;
  const flowIds = [installation.flow.id];
  for (let other = 1; other <= OTHER_FLOWS; other++) {
    flowIds.push((await installation.publish(`Other ${other}`, FIVE_NODES)).id);
  }
  const target = { url: fleet.url, flow: installation.flow, stub };
  const steps: GrowthStep[] = [];
  let from = 0;
  for (const to of options.rows) {
    const title = `${to.toLocaleString('en')} executions stored`;
    const progress = (stored: number) => say(`… ${stored.toLocaleString('en')}`);
    say(`Storing executions up to ${to.toLocaleString('en')} …`);
    await storeRows(meter.database, { from, to, flowIds, progress });
    from = to;
    say(`Measuring with ${title} …`);
    const load = await measureLoad(site, target, 10_000);
    const pages = await measurePages(
      fleet.url,
      installation.authorization,
      meter.database,
      installation.flow.id,
    );
    const size = await meter.database.query<{ bytes: string }>(
      'select pg_database_size(current_database())::text as bytes',
    );
    const megabytes = Number(size.rows[0]?.bytes) / 1e6;
    load.figures.push(...pages, { name: 'size of the database', value: megabytes, unit: 'MB' });
    steps.push({ title, ...load });
  }
  return steps;
}

/** Throughput and cost of so many flows (a tenth with --quick), then latency at a rate far below that. */
async function measureLoad(
  { meter, stub, options }: Site,
  target: Target,
  mostFlows: number,
): Promise<Pick<GrowthStep, 'figures' | 'statements'>> {
  const flows = Math.min(10_000, Math.ceil(options.quick ? mostFlows / 10 : mostFlows));
  if (options.statements) await resetStatements(meter.database);
  const { result, cost } = await meter.measure(flows, () => measureSustained(target, { flows }));
  const statements = options.statements ? [await readStatements(meter.database, 'sustained', flows)] : [];
  const rate = Math.max(1, Math.min(HIGHEST_RATE, Math.floor(result.flowsPerSecond * STEADY_SHARE)));
  const latency = await measureLatency(target, { rate, seconds: options.quick ? 3 : 30 });
  return {
    figures: [
      { name: 'webhook to reply, sustained', value: result.flowsPerSecond, unit: 'flows/s' },
      { name: 'steady rate for the latencies', value: rate, unit: '/s' },
      { name: 'acknowledge p50', value: latency.ackP50Ms, unit: 'ms' },
      { name: 'acknowledge p99', value: latency.ackP99Ms, unit: 'ms' },
      { name: 'webhook to reply p50', value: latency.replyP50Ms, unit: 'ms' },
      { name: 'webhook to reply p95', value: latency.replyP95Ms, unit: 'ms' },
      ...costFigures(cost),
      atMost('comments replied to twice', stub.takeDuplicates(), '', 0),
    ],
    statements,
  };
}
