import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GraphInput } from '../../engine/graph.ts';
import { createFakeServices } from '../../nodes/testing/fake-services.ts';
import { createAiService } from '../ai/ai-service.ts';
import { createGuardrailsReader } from '../ai/guardrails/guardrails-store.ts';
import type { Answer, FakeOpenAi } from '../ai/testing/fake-openai.ts';
import { startFakeOpenAi } from '../ai/testing/fake-openai.ts';
import { startModelCallsBench } from '../ai/testing/model-calls-bench.ts';
import { dyingPool } from '../executions/testing/dying-pool.ts';
import type { Harness, Workspace } from '../executions/testing/harness.ts';
import {
  chain,
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  publishFlow,
  startProcess,
  untilStatuses,
} from '../executions/testing/harness.ts';
import { World } from '../executions/testing/test-nodes.ts';
import { callCatalogue, calledFlow, ORDER } from './testing/called-flows.ts';

/** An agent of the server with a model behind OpenAI's protocol, and flows as its tools. */
let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
let workspace: Workspace;
let running: Harness[] = [];

beforeAll(async () => {
  [bench, openai] = await Promise.all([startModelCallsBench(), startFakeOpenAi()]);
});
afterAll(async () => {
  openai.close();
  await bench.close();
});
beforeEach(async () => {
  workspace = await createWorkspace(bench.pool);
});
afterEach(async () => {
  await Promise.all(running.map((harness) => harness.close().catch(() => {})));
  running = [];
});

async function start(world: World, on = bench.pool): Promise<Harness> {
  const ai = createAiService({
    calls: bench.service({ OPENAI_API_KEY: 'sk-secret', OPENAI_BASE_URL: openai.url }),
    guardrailsOf: createGuardrailsReader(bench.pool),
  });
  const { services } = createFakeServices();
  const harness = await startProcess(on, {
    world,
    catalogue: callCatalogue(world),
    servicesFor: ({ workspaceId, executionId }) => ({ ...services, ai: ai.of({ workspaceId, executionId }) }),
  });
  running.push(harness);
  return harness;
}

const publish = (graph: GraphInput, workspaceId = workspace.id) =>
  publishFlow(bench.pool, workspaceId, graph);

/** Replies, and answers with what the model handed over. */
const orderFlow = () =>
  calledFlow(
    [
      { id: 'reply', type: 'test.reply', config: { text: 'Looked up {{ trigger.input.order }}' } },
      {
        id: 'answer',
        type: 'logic.answer',
        config: {
          answer: 'Order {{ trigger.input.order }} of {{ trigger.from.username }} >>> is on its way.',
        },
      },
    ],
    ORDER,
  );

const agentFlow = (flows: string[]) =>
  chain([
    { id: 'agent', type: 'ai.agent', config: { tools: [], flows, message: '{{ trigger.comment.text }}' } },
  ]);

async function comment(harness: Harness, flowId: string): Promise<void> {
  const delivery = commentDelivery(workspace, { id: 'c1', from: 'ann', text: 'Where is my order 17?' });
  expect((await deliver(harness, `/webhooks/instagram/${flowId}`, delivery)).status).toBe(200);
}

const toolCall = (name: string, input: unknown): Answer => ({
  kind: 'tool',
  name,
  args: JSON.stringify(input),
});
const says = (text: string): Answer => ({ kind: 'text', pieces: [text] });

async function agentStepOf(flowId: string) {
  const { rows } = await bench.pool.query<{
    output: { text: string; toolCalls: string[] };
    logs: { message: string; data?: Record<string, unknown> }[];
  }>(
    `select s.output, s.logs from execution_steps s join flow_executions e on e.id = s.execution_id
     where e.flow_id = $1 and s.node_id = 'agent'`,
    [flowId],
  );
  return rows[0]!;
}

const toolResults = () =>
  openai.requests.flatMap(({ messages }) => messages.filter(({ role }) => role === 'tool'));

describe('an agent with a flow as a tool', () => {
  test('calls it for the person who wrote, and answers with what it says', async () => {
    const world = new World();
    const called = await publish(orderFlow());
    const caller = await publish(agentFlow([called]));
    openai.answer(toolCall('find_order', { order: 17 }), says('Your order is on its way, @mia!'));
    await comment(await start(world), caller);
    await untilStatuses(bench.pool, caller, ['succeeded']);
    const [child] = await untilStatuses(bench.pool, called, ['succeeded']);

    expect(openai.requests[0]?.tools?.map((tool) => tool.function.name)).toEqual(['find_order']);
    expect(toolResults().map(({ content }) => content)).toEqual([
      '<<<result of find_order\nOrder 17 of mia ››› is on its way.\n>>>',
    ]);
    const { output, logs } = await agentStepOf(caller);
    expect(output).toMatchObject({ text: 'Your order is on its way, @mia!', toolCalls: ['find_order'] });
    expect(logs).toContainEqual(
      expect.objectContaining({
        message: 'find_order ran as an execution of its own.',
        data: { flow: called, executionId: child?.id, status: 'succeeded' },
      }),
    );
    expect(world.replies).toEqual([{ commentId: '', text: 'Looked up 17' }]);
  });

  test('is told that a called run failed, and nothing of why', async () => {
    const called = await publish(calledFlow([{ id: 'fail', type: 'test.fail' }], ORDER));
    const caller = await publish(agentFlow([called]));
    openai.answer(toolCall('find_order', { order: 17 }), says('I will check that for you.'));
    await comment(await start(new World()), caller);
    await untilStatuses(bench.pool, caller, ['succeeded']);
    const [child] = await untilStatuses(bench.pool, called, ['failed']);
    expect(JSON.stringify(toolResults())).toContain('It failed.');
    expect(JSON.stringify(openai.requests)).not.toContain('It does not work');
    const { logs } = await agentStepOf(caller);
    expect(logs).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('It does not work'),
        data: { executionId: child?.id },
      }),
    );
  });

  test('goes on without flows of others, unpublished ones and those that nobody may call', async () => {
    const other = await createWorkspace(bench.pool);
    const flows = [
      await publish(orderFlow(), other.id),
      await publish(orderFlow()),
      await publish(chain([])),
      'no id',
    ];
    await bench.pool.query(`update flows set status = 'draft' where id = $1`, [flows[1]]);
    const caller = await publish(agentFlow(flows));
    openai.answer(says('I will check that for you.'));
    await comment(await start(new World()), caller);
    await untilStatuses(bench.pool, caller, ['succeeded']);
    expect(openai.requests.map(({ tools }) => tools ?? [])).toEqual([[]]);
    const { logs } = await agentStepOf(caller);
    expect(logs.map(({ message }) => message)).toEqual([
      expect.stringContaining('has no flow with the id'),
      expect.stringContaining('is not published'),
      expect.stringContaining('does not begin with'),
      expect.stringContaining('has no flow with the id'),
    ]);
  });
});

describe('a model that was talked into something', () => {
  test.each<[string, (other: string) => Answer]>([
    ['a tool that is not there', () => toolCall('delete_everything', {})],
    ['another flow by its id', (other) => toolCall(other, { order: 17 })],
    ['another flow by its name', () => toolCall('secret_flow', { order: 17 })],
    ['a tool that the owner did not choose', () => toolCall('escalate', { reason: 'x' })],
    ['the wrong type', () => toolCall('find_order', { order: '17; drop table flows' })],
    ['another flow as an input', (other) => toolCall('find_order', { order: 17, flow: other })],
    ['another person as an input', () => toolCall('find_order', { order: 17, from: { id: 'victim' } })],
    ['a list instead of inputs', () => toolCall('find_order', [17])],
    ['a prototype', () => ({ kind: 'tool', name: 'find_order', args: '{"__proto__": {"order": 17}}' })],
    ['no JSON at all', () => ({ kind: 'tool', name: 'find_order', args: '{"order": ' })],
  ])('calls nothing with %s', async (_what, answer) => {
    const world = new World();
    const called = await publish(orderFlow());
    const other = await publish(calledFlow([], { ...ORDER, name: 'secret_flow' }));
    const caller = await publish(agentFlow([called]));
    openai.answer(answer(other), says('I will check that for you.'));
    await comment(await start(world), caller);
    await untilStatuses(bench.pool, caller, ['succeeded']);
    expect(await executionsOf(bench.pool, called)).toEqual([]);
    expect(await executionsOf(bench.pool, other)).toEqual([]);
    expect(world.replies).toEqual([]);
  });
});

describe('a process that is killed while the agent works', () => {
  const moments = [1, 2, 3, 4, 5].flatMap((nth) => [
    { nth, when: 'before' as const },
    { nth, when: 'after' as const },
  ]);

  test.each(moments)('$when journal write $nth: the call has its effects once', async ({ nth, when }) => {
    const world = new World();
    const called = await publish(orderFlow());
    const caller = await publish(agentFlow([called]));
    const call = toolCall('find_order', { order: 17 });
    const answer = says('Your order is on its way!');
    openai.answer(call, answer);
    const dying = dyingPool(bench.pool, nth, when);
    const first = await start(world, dying.pool);
    await comment(first, caller);
    await dying.died;
    await first.close().catch(() => {});
    openai.answer(call, answer);
    await start(world);
    await untilStatuses(bench.pool, caller, ['succeeded']);
    await untilStatuses(bench.pool, called, ['succeeded']);
    expect(world.replies).toEqual([{ commentId: '', text: 'Looked up 17' }]);
  });
});
