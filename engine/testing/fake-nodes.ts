import { z } from 'zod';
import { NodeCatalogue } from '../catalogue.ts';
import type { TriggerEvent } from '../event.ts';
import { type Graph, type GraphInput, graphSchema } from '../graph.ts';
import type { ExecutionInput } from '../journal.ts';
import {
  describeNode,
  fired,
  type NodeClass,
  type NodeContext,
  type NodeDescription,
  type NodeResult,
} from '../node-type.ts';
import type { NodeServices } from '../services.ts';

export type FakeRun = (context: NodeContext<unknown>) => Promise<NodeResult> | NodeResult;

const text = z.string().min(1).meta({ title: 'Text' });

/** Config of the fake nodes: enough of every kind of field. */
export const fakeConfig = z.object({
  text: text.optional(),
  literal: z.string().meta({ template: false }).optional(),
  value: z.unknown().optional().meta({ raw: true }),
  count: z.number().int().min(1).optional().meta({ title: 'Count' }),
  isUrgent: z.boolean().optional(),
  labels: z
    .array(z.object({ name: text.max(20).meta({ title: 'Name' }) }))
    .max(20)
    .optional(),
});

/** A step type whose run is given, with the ports `out`, `left`, `right` and one for each label. */
export function fakeStep(
  type: string,
  run: FakeRun = echo,
  config: z.ZodType = fakeConfig,
  traits: Pick<NodeDescription, 'isPure'> = {},
): NodeClass {
  return class {
    static description = describeNode({
      type,
      version: 1,
      category: 'other',
      name: type,
      summary: 'For tests.',
      icon: 'box',
      config,
      kind: 'step',
      ...traits,
      outputs: [{ id: 'out' }, { id: 'left' }, { id: 'right' }, { each: 'labels', id: 'name' }],
    });

    async run(context: NodeContext<unknown>): Promise<NodeResult> {
      return run(context);
    }
  };
}

/** A trigger that every event starts. */
export class FakeTrigger {
  static description = describeNode({
    type: 'fake.trigger',
    version: 1,
    category: 'trigger',
    name: 'Trigger',
    summary: 'For tests.',
    icon: 'zap',
    config: z.object({}),
    kind: 'trigger',
    outputs: [{ id: 'out' }],
  });

  async run(context: NodeContext<unknown>): Promise<NodeResult> {
    return fired('out', context.trigger);
  }

  matches(): boolean {
    return true;
  }
}

/** `fake.trigger`, `fake.step` (fires `out` with its id), and the types given. */
export function fakeCatalogue(...classes: NodeClass[]): NodeCatalogue {
  const catalogue = new NodeCatalogue();
  for (const nodeClass of [FakeTrigger, fakeStep('fake.step'), ...classes]) catalogue.register(nodeClass);
  return catalogue;
}

/**
 * A graph from words: `graphOf({ a: 'fake.step' }, ['start a', 'a:left b'])`. The trigger `start` is always there.
 */
export function graphOf(
  nodes: Record<string, string | Partial<GraphInput['nodes'][number]>>,
  edges: string[],
): Graph {
  const defaults = { type: 'fake.step' };
  return graphSchema.parse({
    nodes: Object.entries({ start: 'fake.trigger', ...nodes }).map(([id, node]) => ({
      id,
      name: id,
      ...defaults,
      ...(typeof node === 'string' ? { type: node } : node),
    })),
    edges: edges.map((edge) => {
      const [from = '', target = ''] = edge.split(' ');
      const [source = '', sourceHandle = 'out'] = from.split(':');
      return { id: edge, source, sourceHandle, target };
    }),
  });
}

export const fakeEvent: TriggerEvent = {
  kind: 'comment',
  at: '2026-01-05T12:00:00.000Z',
  account: { id: 'acc', username: 'shop' },
  from: { id: 'mia-id', username: 'mia' },
  comment: { id: 'c1', text: 'How much is it?' },
};

export function fakeInput(changes: Partial<ExecutionInput> = {}): ExecutionInput {
  return {
    executionId: 'execution',
    workspaceId: 'workspace',
    flowId: 'flow',
    triggerNodeId: 'start',
    event: fakeEvent,
    dryRun: false,
    ...changes,
  };
}

/** Services that nothing may call; fake nodes talk to a world of their own. */
export const noServices: NodeServices = new Proxy({} as NodeServices, {
  get(_, name) {
    throw new Error(`The test has no service "${String(name)}".`);
  },
});

function echo({ nodeId }: NodeContext<unknown>): NodeResult {
  return fired('out', { id: nodeId });
}
