import type { NodeCatalogue } from '../../../engine/catalogue.ts';
import type { GraphInput } from '../../../engine/graph.ts';
import { Agent } from '../../../nodes/ai/agent.ts';
import { AnswerCaller } from '../../../nodes/logic/answer.ts';
import { CallFlow } from '../../../nodes/logic/call-flow.ts';
import { CallTrigger } from '../../../nodes/trigger/call.ts';
import { chain } from '../../executions/testing/harness.ts';
import type { World } from '../../executions/testing/test-nodes.ts';
import { testCatalogue } from '../../executions/testing/test-nodes.ts';

/** The test nodes, and those by which flows call each other. */
export function callCatalogue(world: World): NodeCatalogue {
  const catalogue = testCatalogue(world);
  for (const nodeClass of [CallTrigger, CallFlow, AnswerCaller, Agent]) catalogue.register(nodeClass);
  return catalogue;
}

/** A flow that a comment starts and that calls another. */
export const callerOf = (flow: string, inputs: { name: string; value: string }[] = []): GraphInput =>
  chain([{ id: 'call', type: 'logic.call_flow', config: { flow, inputs } }]);

export const ORDER = {
  name: 'find_order',
  description: 'Looks up an order.',
  inputs: [{ name: 'order', description: 'Its number', type: 'number' }],
};

/** A chain of steps behind `trigger.call`. */
export function calledFlow(
  steps: Parameters<typeof chain>[0],
  config: Record<string, unknown> = {},
): GraphInput {
  const { nodes = [], ...rest } = chain(steps);
  const [start, ...others] = nodes;
  return { ...rest, nodes: [{ ...start!, type: 'trigger.call', config }, ...others] };
}
