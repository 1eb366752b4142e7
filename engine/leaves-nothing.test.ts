import { expect, it } from 'vitest';
import { z } from 'zod';
import { NodeCatalogue } from './catalogue.ts';
import { systemClock } from './clock.ts';
import { compilePlan } from './compile.ts';
import { graphSchema } from './graph.ts';
import { describeNode, fired } from './node-type.ts';
import { runExecution } from './run.ts';
import { FakeTrigger, fakeInput, noServices } from './testing/fake-nodes.ts';
import { FastJournal } from './testing/memory-journal.ts';
import { bytesLeftBehind } from './testing/old-space.ts';

class Step {
  static description = describeNode({
    type: 'fake.step',
    version: 1,
    category: 'other',
    name: 'Step',
    summary: 'Answers at once.',
    icon: 'box',
    config: z.object({}),
    kind: 'step',
    outputs: [{ id: 'out' }],
  });

  async run() {
    return fired('out', {});
  }
}

it('what a finished execution held is taken away by the next quick garbage collection', async () => {
  const catalogue = new NodeCatalogue();
  catalogue.register(FakeTrigger);
  catalogue.register(Step);
  const nodes = ['n0', 'n1', 'n2', 'n3', 'n4'];
  const graph = graphSchema.parse({
    nodes: nodes.map((id, index) => ({
      id,
      name: id,
      type: index === 0 ? 'fake.trigger' : 'fake.step',
      config: {},
    })),
    edges: nodes.slice(1).map((target, index) => ({
      id: `e${index}`,
      source: `n${index}`,
      sourceHandle: 'out',
      target,
      targetHandle: 'in',
    })),
  });
  const plan = compilePlan(graph, catalogue);
  const left = await bytesLeftBehind(() =>
    runExecution(
      plan,
      fakeInput({ triggerNodeId: 'n0' }),
      { steps: [], effects: [] },
      {
        journal: new FastJournal(),
        services: noServices,
        clock: systemClock,
        signal: new AbortController().signal,
      },
    ),
  );
  // One takes some 10 KB while it runs.
  expect(left).toBeLessThan(500);
});
