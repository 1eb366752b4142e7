import { z } from 'zod';
import { NodeCatalogue } from '../../../engine/catalogue.ts';
import type { GraphInput } from '../../../engine/graph.ts';
import { describeNode, fired } from '../../../engine/node-type.ts';

class TestTrigger {
  static readonly description = describeNode({
    type: 'trigger.manual',
    version: 1,
    category: 'trigger',
    name: 'Manual',
    summary: 'Starts by hand.',
    icon: 'play',
    config: z.object({}),
    kind: 'trigger',
    outputs: [{ id: 'out' }],
  });

  async run() {
    return fired('out', {});
  }
}

class TestStep {
  static readonly description = describeNode({
    type: 'test.step',
    version: 2,
    category: 'other',
    name: 'Step',
    summary: 'Does nothing.',
    icon: 'circle',
    config: z.object({ text: z.string().min(1) }),
    kind: 'step',
    outputs: [{ id: 'out' }],
  });

  async run() {
    return fired('out', {});
  }
}

/** Two node types, enough for every rule of the API. */
export function createTestCatalogue(): NodeCatalogue {
  const catalogue = new NodeCatalogue();
  catalogue.register(TestTrigger);
  catalogue.register(TestStep);
  return catalogue;
}

/** A trigger and a step after it; without `text` the step's config is wrong. */
export function testGraph(text?: string): GraphInput {
  return {
    nodes: [
      { id: 'start', type: 'trigger.manual', name: 'Start' },
      { id: 'step', type: 'test.step', name: 'Step', config: text === undefined ? {} : { text } },
    ],
    edges: [{ id: 'e1', source: 'start', target: 'step' }],
  };
}
