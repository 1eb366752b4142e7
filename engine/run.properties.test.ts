import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from './compile.ts';
import type { Graph } from './graph.ts';
import type { ExecutionEnd } from './journal.ts';
import { beginPlan, settleNode } from './plan-next.ts';
import { viewSteps } from './step-view.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { fakeCatalogue, graphOf } from './testing/fake-nodes.ts';
import { type CrashPoint, MemoryJournal, SimulatedCrash } from './testing/memory-journal.ts';
import { actorNodes, type FirstCall, OutsideWorld } from './testing/outside-world.ts';
import { runFlow } from './testing/run-flow.ts';

const PORTS = ['out', 'left', 'right'];

const behaviour = fc.record(
  {
    ports: fc.uniqueArray(fc.constantFrom(...PORTS), { maxLength: 2 }),
    effects: fc.array(fc.constantFrom<FirstCall>('ok', 'refused', 'lost_before', 'lost_after'), {
      maxLength: 2,
    }),
    wait: fc.constantFrom('time' as const, 'approval' as const),
  },
  { requiredKeys: ['ports'] },
);

const TYPES = ['fake.actor', 'fake.actor', 'fake.computer'];

type RandomNode = {
  type: string;
  value: unknown;
  disabled: boolean;
  sources: { from: number; port: string }[];
};

const randomNode: fc.Arbitrary<RandomNode> = fc.record({
  type: fc.constantFrom(...TYPES),
  value: behaviour,
  disabled: fc.nat(5).map((chance) => chance === 0),
  sources: fc.uniqueArray(fc.record({ from: fc.nat(), port: fc.constantFrom(...PORTS) }), {
    maxLength: 3,
    selector: ({ from, port }) => `${from}:${port}`,
  }),
});

/** Edges only lead from earlier to later nodes; node 0 hangs on the trigger. */
const randomGraph = fc.array(randomNode, { minLength: 1, maxLength: 9 }).map(toGraph);

function toGraph(nodes: RandomNode[]): Graph {
  const edges = nodes.flatMap(({ sources }, index) =>
    index === 0 ? ['start n0'] : sources.map(({ from, port }) => sourceOf(from % (index + 1), port, index)),
  );
  return graphOf(
    Object.fromEntries(
      nodes.map(({ type, value, disabled }, index) => [`n${index}`, { type, config: { value }, disabled }]),
    ),
    [...new Set(edges)],
  );
}

function sourceOf(place: number, port: string, index: number): string {
  return place === 0 ? `start n${index}` : `n${place - 1}:${port} n${index}`;
}

type Story = { end: ExecutionEnd; journal: MemoryJournal; world: OutsideWorld; started: string[] };

/** Runs until the execution has ended, through waits and through the crashes given, always on from the journal. */
async function live(graph: Graph, crashes: CrashPoint[] = []): Promise<Story> {
  const world = new OutsideWorld();
  const catalogue = fakeCatalogue(...actorNodes(world));
  const plan = compilePlan(graph, catalogue);
  const clock = new FakeClock();
  const journal = new MemoryJournal(crashes[0]);
  const started: string[] = [];
  let crashed = 0;
  for (;;) {
    try {
      const run = await runFlow(graph, {
        plan,
        journal,
        clock,
        ports: { retryInlineMs: 500, maxConcurrentSteps: 3 },
      });
      for (const event of run.events) if (event.type === 'step.started') started.push(event.nodeId);
      if (run.end.status !== 'waiting') return { end: run.end, journal, world, started };
      wakeUp(journal, clock, run.end.resumeAt!);
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error;
      journal.restart(crashes[++crashed]);
    }
  }
}

/** A person approves what waits for one; else the time comes. */
function wakeUp(journal: MemoryJournal, clock: FakeClock, resumeAt: string): void {
  const approval = [...journal.steps.values()].find(
    (step) => step.wait?.for === 'approval' && step.status === 'waiting',
  );
  if (approval) {
    journal.apply({
      type: 'step',
      step: { ...approval, resume: { kind: 'approval', decision: 'approved' } },
    });
  } else {
    clock.advance(Math.max(0, Date.parse(resumeAt) - clock.now().getTime()));
  }
}

/** What must be the same however the run went: everything but times, attempts and logs. */
function outcomeOf({ end, journal, world }: Story) {
  const steps = [...journal.steps.values()].map(({ nodeId, status, ports, output }) => ({
    nodeId,
    status,
    ports,
    output,
  }));
  const effects = [...journal.effects.values()].map(({ nodeId, key, status, result }) => ({
    nodeId,
    key,
    status,
    result,
  }));
  return {
    end,
    steps: steps.sort((a, b) => a.nodeId.localeCompare(b.nodeId)),
    effects: effects.sort((a, b) => `${a.nodeId} ${a.key}`.localeCompare(`${b.nodeId} ${b.key}`)),
    performed: Object.fromEntries([...world.performed].sort()),
  };
}

describe('a random acyclic graph', () => {
  it('finishes, and every node settles exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, async (graph) => {
        const { end, journal, world } = await live(graph);
        expect(end).toEqual({ status: 'succeeded' });
        const settled = journal.writes
          .flat()
          .flatMap((entry) =>
            entry.type === 'step' && entry.step.status === 'succeeded' ? [entry.step.nodeId] : [],
          );
        expect(settled).toHaveLength(new Set(settled).size);
        expect([...world.performed.values()].every((count) => count === 1)).toBe(true);
        const views = viewSteps(graph, 'start', [...journal.steps.values()], 'succeeded');
        const skipped = views.filter((view) => view.status === 'skipped').map((view) => view.nodeId);
        expect([...settled, ...skipped].sort()).toEqual(graph.nodes.map((node) => node.id).sort());
      }),
      { numRuns: 150 },
    );
  });

  it('comes to the same end after a crash at any write, with each effect performed once', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, async (graph) => {
        const undisturbed = await live(graph);
        const expected = outcomeOf(undisturbed);
        for (let atWrite = 1; atWrite <= undisturbed.journal.writes.length; atWrite++) {
          for (const isWritten of [false, true]) {
            expect(outcomeOf(await live(graph, [{ atWrite, isWritten }]))).toEqual(expected);
          }
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('comes to the same end after many crashes', async () => {
    const crash = fc.record({ atWrite: fc.integer({ min: 1, max: 4 }), isWritten: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(randomGraph, fc.array(crash, { maxLength: 8 }), async (graph, crashes) => {
        expect(outcomeOf(await live(graph, crashes))).toEqual(outcomeOf(await live(graph)));
      }),
      { numRuns: 100 },
    );
  });

  it('never runs a step again whose result is in the journal', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, fc.nat(10), async (graph, seed) => {
        const undisturbed = await live(graph);
        const atWrite = 1 + (seed % undisturbed.journal.writes.length);
        const journal = new MemoryJournal();
        for (const entries of undisturbed.journal.writes.slice(0, atWrite))
          for (const entry of entries) journal.apply(entry);
        const settled = [...journal.steps.values()]
          .filter((step) => step.status === 'succeeded')
          .map((step) => step.nodeId);
        const catalogue = fakeCatalogue(...actorNodes(undisturbed.world));
        const { events } = await runFlow(graph, { catalogue, journal });
        const started = events.flatMap((event) => (event.type === 'step.started' ? [event.nodeId] : []));
        expect(started.filter((nodeId) => settled.includes(nodeId))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('has the same state folded from the journal as step by step', () => {
    const catalogue = fakeCatalogue(...actorNodes(new OutsideWorld()));
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const plan = compilePlan(graph, catalogue);
        const portsOf = (index: number) =>
          (plan.nodes[index]!.node.config.value as { ports?: string[] } | undefined)?.ports ?? ['out'];
        const { state, ready, skipped } = beginPlan(plan, 'start');
        const settled = new Map<number, string[]>();
        const open = [...ready];
        const out = [...skipped];
        for (const index of open) {
          const folded = beginPlan(plan, 'start', settled);
          expect(new Set(folded.ready)).toEqual(new Set(open.slice(settled.size)));
          expect(new Set(folded.skipped)).toEqual(new Set(out));
          const next = settleNode(plan, state, index, portsOf(index));
          settled.set(index, portsOf(index));
          open.push(...next.ready);
          out.push(...next.skipped);
        }
        expect(open.length + out.length).toBe(plan.nodes.length);
        expect(beginPlan(plan, 'start', settled).state).toEqual(state);
      }),
    );
  });
});
