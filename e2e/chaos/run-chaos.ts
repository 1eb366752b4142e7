import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Load } from '../support/load.ts';
import { seededRandom } from '../support/random.ts';
import type { Replygraph } from '../support/replygraph.ts';
import type { Service } from '../support/services.ts';
import type { Stage } from '../support/stage.ts';
import { setStage } from '../support/stage.ts';
import type { Tally } from '../support/tally.ts';
import { flawless } from '../support/tally.ts';
import type { Victim } from './havoc.ts';
import { startHavoc } from './havoc.ts';

export type ChaosOptions = {
  shape: 'embedded' | 'scaled';
  webhooks: number;
  people: number;
  perSecond: number;
  /** Somebody is hit this often, on average. */
  everySeconds: number;
  seed: number;
  log: (line: string) => void;
};

export type ChaosReport = Tally & {
  /** Nothing duplicated, lost, failed, left open or out of order. */
  isFlawless: boolean;
  /** Deliveries that were not answered 200 and were repeated. */
  repeated: number;
  blows: Record<string, number>;
  seconds: number;
};

/** Of what was taken in, this part is delivered again all the same, as Meta sometimes does. */
const REDELIVERED = 0.05;

const TELL_EVERY_MS = 10_000;

/** Long enough for everything to be down at the same moment and to come back. */
const STUCK_AFTER_MS = 90_000;

/** After the last webhook: takeovers, reconciliation and backlog. */
const SETTLE_WITHIN_MS = 180_000;

/** Sends webhooks while processes and services are killed, frozen and stopped, and counts what became of them. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { shape, webhooks, people, perSecond, everySeconds, seed, log } = options;
  const begin = performance.now();
  const server = { role: 'server' as const };
  const worker = { role: 'worker' as const };
  const processes = shape === 'embedded' ? [{ role: 'all' as const }] : [server, server, worker, worker];
  await using undo = new AsyncDisposableStack();
  // Whether a process is ready depends on services that may be down at that moment.
  const stage = await setStage(shape, { processes, until: '/healthz' });
  undo.defer(stage.remove);
  const load = stage.startLoad({
    name: `chaos-${seed}`,
    most: webhooks,
    people,
    pauseMs: (people / perSecond) * 1_000,
    redelivered: REDELIVERED,
    random: seededRandom(seed + 1),
    paths: {
      comment: `/webhooks/instagram/${stage.flows.comment.id}`,
      message: `/webhooks/instagram/${stage.flows.message.id}`,
    },
  });
  const havoc = startHavoc({
    victims: victimsOf(stage),
    everyMs: everySeconds * 1_000,
    progress: load.taken,
    random: seededRandom(seed),
    log,
  });
  const stuck = watchProgress(stage, load, webhooks, log);
  try {
    await Promise.race([load.done, stuck.noticed]);
  } finally {
    stuck.end();
    load.abandon();
    await havoc.end();
  }
  log('Everything runs again; waiting for what is open');
  const counted = await stage.settle(load, SETTLE_WITHIN_MS);
  const isFlawless = JSON.stringify(counted) === JSON.stringify(flawless(webhooks));
  if (!isFlawless) log(`What the processes said stands in ${await saveOutputs(stage)}`);
  return {
    ...counted,
    isFlawless,
    repeated: load.refusals.length,
    blows: Object.fromEntries([...havoc.blows].sort()),
    seconds: Math.round((performance.now() - begin) / 1_000),
  };
}

/** Tells how far it is; `noticed` resolves when nothing has been taken in for long, as it would never end. */
function watchProgress(stage: Stage, load: Load, webhooks: number, log: ChaosOptions['log']) {
  const { promise: noticed, resolve } = Promise.withResolvers<void>();
  let before = { taken: 0, at: performance.now() };
  const timer = setInterval(() => {
    const taken = load.taken();
    log(`${taken} of ${webhooks} webhooks taken in, ${stage.graph.performed.length} answered`);
    const now = performance.now();
    if (taken > before.taken) before = { taken, at: now };
    if (now - before.at < STUCK_AFTER_MS) return;
    log('STUCK: no webhook is taken in any more');
    resolve();
  }, TELL_EVERY_MS);
  return { noticed, end: () => clearInterval(timer) };
}

/** For whoever has to find out why; answers the folder. */
async function saveOutputs({ installation }: Stage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replygraph-chaos-'));
  for (const [index, process] of installation.processes.entries()) {
    await writeFile(join(folder, `process-${index}.log`), process.output());
  }
  return folder;
}

function victimsOf({ installation, postgres, redis }: Stage): Victim[] {
  return [
    ...installation.servers.map((process) => processVictim('server', process)),
    ...installation.workers.map((process) => processVictim('worker', process)),
    ...(redis ? [serviceVictim('Redis', redis)] : []),
    ...(postgres ? [serviceVictim('PostgreSQL', postgres)] : []),
    ...(installation.shape === 'embedded' ? [embeddedDatabase(installation.killDatabase)] : []),
  ];
}

function processVictim(kind: 'server' | 'worker', process: Replygraph): Victim {
  const { kill, stop, freeze, thaw, isRunning } = process;
  const lastWords = () => process.output().trimEnd().split('\n').at(-1) ?? '';
  return { kind, kill, stop, freeze, thaw, start: process.restart, isRunning, lastWords };
}

function serviceVictim(kind: 'Redis' | 'PostgreSQL', service: Service): Victim {
  return { kind, ...service, isRunning: () => true, lastWords: () => '' };
}

/** It is started again by the process that owns it, and stopped by nobody else. */
function embeddedDatabase(kill: () => Promise<void>): Victim {
  const nothing = async () => {};
  return {
    kind: 'PostgreSQL',
    kill,
    stop: kill,
    freeze: kill,
    thaw: nothing,
    start: nothing,
    isRunning: () => true,
    lastWords: () => '',
  };
}

/** For people. */
export function chaosLines(report: ChaosReport): string[] {
  const lists = ['duplicates', 'lost', 'failed', 'uncertain', 'open', 'disordered'] as const;
  return [
    `webhooks acknowledged   ${report.acknowledged} (${report.repeated} deliveries repeated)`,
    `executions              ${report.executions}`,
    `  succeeded             ${report.succeeded}`,
    `effects at the stub     ${report.effects}`,
    ...lists.map((name) => `${name.padEnd(24)}${report[name].length}${examplesOf(report[name])}`),
    ...Object.entries(report.blows).map(([what, count]) => `${what.padEnd(24)}${count}`),
    `seconds                 ${report.seconds}`,
    report.isFlawless ? 'Nothing was lost, nothing was done twice.' : 'SOMETHING WENT WRONG.',
  ];
}

function examplesOf(list: readonly string[]): string {
  return list.length === 0 ? '' : `: ${list.slice(0, 10).join(', ')}${list.length > 10 ? ' …' : ''}`;
}
