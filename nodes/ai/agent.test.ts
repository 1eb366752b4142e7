import { describe, expect, test } from 'vitest';
import type { AgentRequest, Passage } from '../../engine/services.ts';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Agent } from './agent.ts';
import { TOOL_NAMES } from './agent-tools.ts';

const passages: Passage[] = [
  { id: 'p1', documentId: 'd1', title: 'Prices', text: 'It costs 20 euros.', page: 3, score: 1 },
];

/** An agent that calls one tool and answers with what it found. */
const calling = (name: string, input: unknown) => async (request: AgentRequest) => {
  const tool = request.tools.find((each) => each.name === name);
  return { text: tool ? await tool.run(input) : 'There is no such tool.' };
};

describe('ai.agent', () => {
  test('has the tools that the owner chose, and limits', async () => {
    const ran = await runNode(Agent, { config: { tools: ['get_contact'], maxSteps: 3, maxCostUsd: 0.01 } });
    expect(ran.calls).toEqual([
      {
        service: 'ai.agent',
        request: expect.objectContaining({
          message: 'How much is it?',
          tools: ['get_contact'],
          maxSteps: 3,
          maxCostUsd: 0.01,
        }),
      },
    ]);
    expect(firedOf(ran)).toEqual({
      ports: ['out'],
      data: {
        text: 'An answer.',
        mode: 'send',
        reasons: [],
        model: 'fake',
        steps: 1,
        toolCalls: [],
      },
    });
  });

  test.each([
    ['search_knowledge', {}],
    ['find_answers', { sources: ['faq'] }],
    ['search_files', { sources: ['upload'] }],
  ])('%s searches the base of the step, with the page', async (name, only) => {
    const ran = await runNode(Agent, {
      config: { tools: [name], knowledgeBase: 'base-1' },
      answers: { passages, agent: calling(name, { query: 'price', knowledgeBase: 'another', limit: 1_000 }) },
    });
    expect(ran.calls.find(({ service }) => service === 'knowledge.search')?.request).toEqual({
      query: 'price',
      limit: 5,
      knowledgeBase: 'base-1',
      ...only,
    });
    expect(firedOf(ran).data).toMatchObject({
      text: 'Prices (page 3)\nIt costs 20 euros.',
      toolCalls: [name],
    });
    expect(ran.logs).toContain(`The agent called ${name}.`);
  });

  test('get_contact tells about the person who wrote and nobody else', async () => {
    const ran = await runNode(Agent, {
      config: { tools: ['get_contact'] },
      answers: {
        contact: { username: 'mia', fields: { size: 38 }, tags: ['vip'] },
        agent: calling('get_contact', { id: 'person-2' }),
      },
    });
    const { text } = firedOf(ran).data as { text: string };
    expect(JSON.parse(text)).toEqual({ username: 'mia', name: 'Mia', fields: { size: 38 }, tags: ['vip'] });
  });

  test('who hands over goes on through escalate, once in the inbox, and the text goes nowhere', async () => {
    const ran = await runNode(Agent, {
      config: { tools: ['escalate'] },
      answers: { agent: calling('escalate', { reason: 'Wants a refund', to: 'evil@example.com' }) },
    });
    expect(firedOf(ran)).toMatchObject({
      ports: ['escalate'],
      data: { mode: 'escalate', reasons: ['Wants a refund'], toolCalls: ['escalate'] },
    });
    const escalations = ran.calls.filter(({ service }) => service === 'people.escalate');
    expect(escalations).toEqual([
      {
        service: 'people.escalate',
        request: {
          executionId: 'execution-1',
          nodeId: 'node-1',
          reason: 'The agent asks for a person: Wants a refund',
          context: expect.not.objectContaining({ to: expect.anything() }),
        },
      },
    ]);
  });

  test('a bad input reaches nothing, and the model is told', async () => {
    const ran = await runNode(Agent, {
      config: { tools: ['search_knowledge'] },
      answers: { agent: calling('search_knowledge', { query: '' }) },
    });
    expect(firedOf(ran).data).toMatchObject({ text: expect.stringContaining('not usable. query') });
    expect(ran.calls.map(({ service }) => service)).toEqual(['ai.agent']);
  });

  test('a tool that fails is in the log, and the step fails', async () => {
    const failing = runNode(Agent, {
      config: { tools: ['search_knowledge'] },
      answers: { failing: ['knowledge.search'], agent: calling('search_knowledge', { query: 'x' }) },
    });
    await expect(failing).rejects.toMatchObject({ code: 'refused' });
  });

  test.each(TOOL_NAMES)('%s has parameters that a model understands', async (name) => {
    let parameters: Record<string, unknown> | undefined;
    await runNode(Agent, {
      config: { tools: [name] },
      answers: {
        agent: async ({ tools }) => {
          parameters = tools[0]?.parameters;
          return { text: 'x' };
        },
      },
    });
    expect(parameters).toMatchObject({ type: 'object' });
  });
});
