import { z } from 'zod';
import { NodeCatalogue } from '../engine/catalogue.ts';
import { systemClock } from '../engine/clock.ts';
import { compilePlan, type Plan } from '../engine/compile.ts';
import { graphSchema } from '../engine/graph.ts';
import { describeNode, fired, type NodeContext } from '../engine/node-type.ts';
import { runExecution } from '../engine/run.ts';
import { FakeTrigger, fakeInput, noServices } from '../engine/testing/fake-nodes.ts';
import { FastJournal } from '../engine/testing/memory-journal.ts';

export type EngineFigures = {
  /** Node runs per second in flows of a trigger and four steps, one of them with a template. */
  shortFlowNodesPerSecond: number;
  /** The same as flows per second. */
  shortFlowsPerSecond: number;
  /** Node runs per second in one chain of 1,000 nodes. */
  chainNodesPerSecond: number;
  /** Node runs per second in a trigger with 1,000 steps side by side. */
  fanOutNodesPerSecond: number;
};

/** The engine alone: trivial nodes, an in-memory journal, one execution after the other on one core. */
export async function benchEngine(secondsEach = 2): Promise<EngineFigures> {
  const short = chain(5, (index) => (index === 2 ? 'Hi {{ trigger.from.username }}' : 'Hi'));
  const shortFlowsPerSecond = await executionsPerSecond(short, secondsEach);
  return {
    shortFlowsPerSecond,
    shortFlowNodesPerSecond: shortFlowsPerSecond * 5,
    chainNodesPerSecond: (await executionsPerSecond(chain(1_000), secondsEach)) * 1_000,
    fanOutNodesPerSecond: (await executionsPerSecond(fanOut(1_000), secondsEach)) * 1_000,
  };
}

async function executionsPerSecond(plan: Plan, seconds: number): Promise<number> {
  for (let warmUp = 0; warmUp < 5_000 / plan.nodes.length; warmUp++) await execute(plan);
  const start = performance.now();
  const until = start + seconds * 1_000;
  let count = 0;
  while (performance.now() < until) {
    await execute(plan);
    count++;
  }
  return Math.round(count / ((performance.now() - start) / 1_000));
}

async function execute(plan: Plan): Promise<void> {
  const end = await runExecution(
    plan,
    fakeInput({ triggerNodeId: 'n0' }),
    { steps: [], effects: [] },
    {
      journal: new FastJournal(),
      services: noServices,
      clock: systemClock,
      signal: new AbortController().signal,
    },
  );
  if (end.status !== 'succeeded') throw new Error(`A benchmark flow ended as ${end.status}.`);
}

const config = z.object({ text: z.string().default('') });

class TrivialStep {
  static description = describeNode({
    type: 'bench.step',
    version: 1,
    category: 'other',
    name: 'Step',
    summary: 'Answers at once.',
    icon: 'box',
    config,
    kind: 'step',
    outputs: [{ id: 'out' }],
  });

  async run(context: NodeContext<z.output<typeof config>>) {
    return fired('out', { text: context.config.text });
  }
}

function chain(length: number, text: (index: number) => string = () => 'Hi'): Plan {
  return planOf(length, text, (index) => index - 1);
}

function fanOut(length: number): Plan {
  return planOf(
    length,
    () => 'Hi',
    () => 0,
  );
}

function planOf(length: number, text: (index: number) => string, sourceOf: (index: number) => number): Plan {
  const catalogue = new NodeCatalogue();
  catalogue.register(FakeTrigger);
  catalogue.register(TrivialStep);
  const graph = graphSchema.parse({
    nodes: Array.from({ length }, (_, index) => ({
      id: `n${index}`,
      name: `Node ${index}`,
      type: index === 0 ? 'fake.trigger' : 'bench.step',
      config: index === 0 ? {} : { text: text(index) },
    })),
    edges: Array.from({ length: length - 1 }, (_, index) => ({
      id: `e${index}`,
      source: `n${sourceOf(index + 1)}`,
      target: `n${index + 1}`,
    })),
  });
  return compilePlan(graph, catalogue);
}

if (import.meta.main) console.table(await benchEngine());
