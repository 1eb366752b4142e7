import { benchEngine } from './engine.ts';
import type { Ground, Services } from './ground.ts';
import { breakGround, openServices } from './ground.ts';
import { describeMachine } from './machine.ts';
import { measureGrowth } from './measure-growth.ts';
import { measureShape } from './measure-shape.ts';
import { loadAverage } from './meter.ts';
import type { Growth, Shape } from './options.ts';
import { OptionError, readOptions } from './options.ts';
import { ServiceMissing } from './own-services.ts';
import type { Figure } from './report.ts';
import { atLeast, statementTable, table, writeResults } from './report.ts';
import type { LoadCosts } from './statements.ts';
import type { Stub } from './stub-process.ts';
import { startStub } from './stub-process.ts';

/**
 * `npm run bench`: boots the real processes, with a stub of the Graph API in another, and sends signed webhooks over
 * loopback. Without options one embedded installation in a temporary folder. Load and stub collect their garbage with one
 * thread beside, so that it never takes both cores of a small machine (`--v8-pool-size=1` in package.json).
 *
 * --shape embedded|server|scaled|all   on DATABASE_URL and REDIS_URL where set (in new databases), else on a PostgreSQL
 *                                      and a Redis that it starts itself and removes again
 * --workers 0,1,2,4                    worker processes beside a server process, one run each; 0 = all in one process
 * --growth nodes|payload|rows|all      instead: how figures change with nodes, with bytes, with stored executions
 * --rows 10000,1000000                 stored executions for --growth rows
 * --statements                         what every SQL statement costs, by pg_stat_statements (slows it down a little)
 * --full                               also 50,000 executions, for the growth of memory
 * --quick                              a tenth of the load, to see that it works
 * --skip-engine
 */

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const options = readOptionsOrExit();
const machine = await describeMachine();
say(`Measuring on ${machine.cores} × ${machine.cpu}, Node ${machine.node}.`);
const engine = options.skipEngine || options.growth.length > 0 ? [] : await measureEngine();
for (const shape of options.shapes) await measure(shape);

function readOptionsOrExit() {
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

/** A shape whose services are not installed is left out, with the reason. */
async function measure(shape: Shape): Promise<void> {
  say(`\nThe shape "${shape}"`);
  let services: Services;
  try {
    services = await openServices(shape, process.env, options);
  } catch (error) {
    if (!(error instanceof ServiceMissing)) throw error;
    say(`${error.message} Left out.`);
    process.exitCode = 1;
    return;
  }
  try {
    for (const growth of options.growth) await runGrowth(shape, services, growth);
    if (options.growth.length === 0) {
      for (const workers of options.workers) await runShape(shape, services, workers);
    }
  } finally {
    await services.stop();
  }
}

async function runShape(shape: Shape, services: Services, workers: number): Promise<void> {
  if (shape === 'embedded' && workers > 0) return say('The embedded shape is one process.');
  say(workers === 0 ? 'One process' : `A server and ${workers} worker${workers > 1 ? 's' : ''}`);
  await onGround(shape, services, async (ground, stub) => {
    const run = await measureShape(ground, stub, workers, options, say);
    const figures = [...(workers === 0 ? engine : []), ...run.figures];
    await report(workers === 0 ? shape : `${shape}-${workers}-workers`, services, { shape, workers }, [
      { title: 'measured', figures, statements: run.statements },
    ]);
  });
}

async function runGrowth(shape: Shape, services: Services, growth: Growth): Promise<void> {
  await onGround(shape, services, async (ground, stub) => {
    const steps = await measureGrowth(growth, ground, stub, options, say);
    await report(`${shape}-${growth}`, services, { shape, growth }, steps);
  });
}

async function onGround(
  shape: Shape,
  services: Services,
  use: (ground: Ground, stub: Stub) => Promise<void>,
): Promise<void> {
  const ground = await breakGround(shape, services);
  const stub = await startStub();
  try {
    await use(ground, stub);
  } finally {
    await stub.stop();
    await ground.remove();
  }
}

async function report(
  name: string,
  { postgres, redis }: Services,
  about: Record<string, unknown>,
  columns: { title: string; figures: Figure[]; statements: LoadCosts[] }[],
): Promise<void> {
  process.stdout.write(`\n${table(columns)}\n`);
  for (const { title, statements } of columns) {
    for (const costs of statements)
      process.stdout.write(`\n${title}, ${costs.load}\n${statementTable(costs.statements)}\n`);
  }
  if (options.quick) return say('Figures of --quick are not kept.');
  const services = { postgres: postgres?.version ?? null, redis: redis?.version ?? null };
  const results = {
    ...about,
    machine: { ...machine, ...services, loadAverage: await loadAverage() },
    columns,
  };
  say(`Written to ${await writeResults(name, results)}.`);
}

async function measureEngine(): Promise<Figure[]> {
  say('The engine alone …');
  const engine = await benchEngine(options.quick ? 0.5 : 2);
  const line = (name: string, value: number): Figure => ({ name, value, unit: 'node runs/s' });
  return [
    atLeast('engine alone, flows of five nodes', engine.shortFlowNodesPerSecond, 'node runs/s', 100_000),
    line('engine alone, one chain of 1,000 nodes', engine.chainNodesPerSecond),
    line('engine alone, 1,000 nodes side by side', engine.fanOutNodesPerSecond),
  ];
}
