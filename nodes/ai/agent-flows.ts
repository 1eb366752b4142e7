import { createHash } from 'node:crypto';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext } from '../../engine/node-type.ts';
import type { AgentTool, CallableFlow, FlowCall } from '../../engine/services.ts';
import { callInputSchema } from '../trigger/call-inputs.ts';
import { TOOL_NAMES, toolOf } from './agent-tools.ts';

export const MOST_FLOWS = 10;
/** Calls of flows in one run of a step: each is an execution of its own. */
export const MOST_FLOW_CALLS = 10;
/** Most of an answer that the model is told, in characters. */
const MOST_ANSWER = 2_000;

type FlowsContext = NodeContext<{ flows: string[]; trustFlows: boolean }>;

/**
 * A tool for each flow that the owner chose, in their order. Which flow runs, and for whom, is fixed here; a model fills in the
 * inputs that its trigger lists. Flows that can't be called are left out, and the log says why.
 * @throws NodeError when it can't be told now whether a flow can be called
 */
export async function createFlowTools(context: FlowsContext): Promise<AgentTool[]> {
  const { config, services, signal } = context;
  const names = new Set<string>(TOOL_NAMES);
  const counts = { all: 0, same: new Map<string, number>() };
  const tools: AgentTool[] = [];
  for (const flow of new Set(config.flows)) {
    try {
      const callable = await services.flows.describe({ flow }, signal);
      tools.push(flowTool(context, flow, { ...callable, name: freeName(callable.name, names) }, counts));
    } catch (error) {
      if (!(error instanceof NodeError) || error.retryable) throw error;
      context.log(`The agent goes on without a flow that it may call: ${error.message}`, { flow }, 'warn');
    }
  }
  return tools;
}

/** Two flows may have the same name; a model could not tell them apart. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  taken.add(free);
  return free;
}

function flowTool(
  context: FlowsContext,
  flow: string,
  { name, description, inputs }: CallableFlow,
  counts: { all: number; same: Map<string, number> },
): AgentTool {
  return toolOf(context, callInputSchema(inputs), {
    name,
    description: description || `Runs the flow "${name}".`,
    isSource: context.config.trustFlows,
    answer: async (input) => {
      counts.all += 1;
      if (counts.all > MOST_FLOW_CALLS) {
        context.log(`The agent may call ${MOST_FLOW_CALLS} flows in one step; ${name} was not called.`);
        return 'Not called: no more calls of this kind are possible. Answer with what you know.';
      }
      const same = keyOf(flow, input);
      const count = (counts.same.get(same) ?? 0) + 1;
      counts.same.set(same, count);
      return call(context, { flow, name, input, key: `flow:${same}:${count}` });
    },
  });
}

/** The same flow with the same input is the same call when a step that a crash cut short is run again. */
function keyOf(flow: string, input: Record<string, unknown>): string {
  const entries = Object.entries(input).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([flow, entries]))
    .digest('hex')
    .slice(0, 32);
}

async function call(
  context: FlowsContext,
  { flow, name, input, key }: { flow: string; name: string; input: Record<string, unknown>; key: string },
): Promise<string> {
  const { services, nodeId } = context;
  try {
    const called = await context.effect<FlowCall>(
      key,
      (signal) => services.flows.call({ flow, nodeId, key, input }, signal),
      {
        describe: `Call the flow ${name}`,
        request: { flow, input },
        dryRunResult: { executionId: 'dry-run', status: 'succeeded', answer: null },
        // The same call finds the run that it had started.
        idempotent: true,
      },
    );
    const { executionId, status } = called;
    context.log(`${name} ran as an execution of its own.`, { flow, executionId, status });
    return inWords(called);
  } catch (error) {
    if (!(error instanceof NodeError) || !TELLABLE.has(error.code)) throw error;
    // What went wrong inside is for the owner, not for a model that talks to strangers.
    context.log(`${name} failed: ${error.message}`, error.details ?? { flow }, 'error');
    return 'It failed. Do not say that it was done; offer that a person looks at it.';
  }
}

/** After these the agent goes on; trying the step again would give the same. */
const TELLABLE: ReadonlySet<string> = new Set([
  'called_flow_failed',
  'called_flow_cancelled',
  'call_input_invalid',
  'call_cycle',
  'call_too_deep',
  'answer_too_large',
  'flow_not_found',
  'flow_not_published',
  'flow_not_callable',
]);

function inWords({ status, answer }: FlowCall): string {
  const said = typeof answer === 'string' ? answer : JSON.stringify(answer ?? null);
  const text = said === 'null' || said.trim() === '' ? '' : said.slice(0, MOST_ANSWER);
  if (status === 'waiting') {
    return `It has begun and goes on later; how it ends is not known yet.${text && ` So far: ${text}`}`;
  }
  return text || 'It is done and answers nothing.';
}
