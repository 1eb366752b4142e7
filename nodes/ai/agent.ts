import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode } from '../../engine/node-type.ts';
import type { AgentTool } from '../../engine/services.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { createFlowTools, MOST_FLOW_CALLS, MOST_FLOWS } from './agent-flows.ts';
import { createAgentTools, TOOL_NAMES } from './agent-tools.ts';
import { answerFields, answerRequestOf } from './answer-fields.ts';
import { modelFields, requestOf } from './model-fields.ts';
import { GUARDED_DOCS, GUARDED_OUTPUTS, guardedOutput, guardFields, settleText } from './settle-text.ts';

const config = z.object({
  message: templateField(INCOMING_TEXT, {
    title: 'What to answer',
    description: 'The text that the agent answers. Normally what the person wrote.',
  }),
  instructions: templateField('Help {{ trigger.from.username }} in a friendly and short way.', {
    title: 'Instructions',
    description: 'Who the agent is, what it helps with, when it hands over, in your words.',
    placeholder: 'Answer questions about our bags. Hand over complaints and refunds.',
  }),
  tools: z.array(z.enum(TOOL_NAMES)).max(TOOL_NAMES.length).default(['search_knowledge', 'escalate']).meta({
    title: 'What it may use',
    description:
      'search_knowledge: all your documents. find_answers: your questions and answers. search_files: your uploaded files. get_contact: what is known about the person. escalate: hand over to a person.',
    template: false,
  }),
  flows: z
    .array(
      z
        .string()
        .trim()
        .min(1, 'Choose a flow, or take the line away.')
        .max(64)
        .meta({ title: 'Flow', widget: 'flow', template: false }),
    )
    .max(MOST_FLOWS)
    .default([])
    .meta({
      title: 'Flows that it may call',
      description: 'Published flows that begin with "Called by a flow"; each is a tool.',
    }),
  trustFlows: z.boolean().default(false).meta({
    title: 'What the flows answer counts as known',
    description:
      'On: prices, dates and links from their answers may be stated. Off: a person looks at such a text first. Leave it off for flows whose answer repeats what people wrote.',
    advanced: true,
  }),
  knowledgeBase: z.string().max(64).optional().meta({
    title: 'Knowledge base',
    description: 'Where it may search. Leave empty for all of them.',
    widget: 'knowledgeBase',
    template: false,
  }),
  maxSteps: z.number().int().min(1).max(20).default(6).meta({
    title: 'Most steps',
    description: 'How often it may ask the model for one answer.',
    advanced: true,
  }),
  maxCostUsd: z.number().positive().max(10).default(0.05).meta({
    title: 'Most cost (USD)',
    description: 'For one answer. After that it may not go on; the call under way is finished.',
    advanced: true,
  }),
  ...answerFields,
  ...guardFields,
  ...modelFields,
});

type Config = z.output<typeof config>;

/** Answers with the help of tools; sends nothing. */
export class Agent {
  static readonly description = describeNode({
    type: 'ai.agent',
    version: 1,
    category: 'ai',
    kind: 'step',
    name: 'Agent',
    summary: 'Finds out by itself what it needs, and writes an answer. Sends nothing yet.',
    icon: 'bot',
    phrase: 'Agent: {{ instructions }}',
    docs: [
      'A model that chooses among the tools that you allow, as often as it needs them, and then writes an answer; a later step sends it. Every call of a tool stands in the log of the run.',
      '',
      'Example: **Agent** with `search_knowledge` and `escalate` → out → **Send message** `{{ steps.agent.output.text }}`.',
      '',
      `**Flows as tools**: a flow that begins with **Called by a flow** is a tool under the name, with the description and the inputs of that trigger. It runs for this account and this person, as a run with a page of its own, and its **Answer the caller** step (the first 2,000 characters) is what the agent is told. At most ${MOST_FLOW_CALLS} calls in one step. A flow that is not published, has no such trigger or belongs elsewhere is left out, which the log says; one that fails is told to the agent as failed. What the agent hands over is written by a model and not looked at by the guardrails: let an **Approval** come before a step that sends it on.`,
      '',
      'It reads this workspace and this contact only: nothing that a person writes can make it look elsewhere or write to somebody else. When it hands over, the conversation is in the inbox and the flow goes on through **escalate**.',
      '',
      'It needs a model: without one the step fails and says so. When steps or cost run out it fails as well; give it an error output.',
      '',
      GUARDED_DOCS,
    ].join('\n'),
    config,
    outputs: GUARDED_OUTPUTS,
    output: z.object({
      ...guardedOutput,
      steps: z.number(),
      toolCalls: z.array(z.string()),
    }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const { tools, escalated } = createAgentTools(context, config.tools);
    const called: string[] = [];
    const counted = (tool: AgentTool): AgentTool => ({
      ...tool,
      run: (input: unknown) => {
        called.push(tool.name);
        return tool.run(input);
      },
    });
    return settleText(context, async () => {
      if (config.message.trim() === '') {
        throw new NodeError('no_text', 'There is nothing to answer.', { field: 'message' });
      }
      const flows = await createFlowTools(context);
      const { steps, ...written } = await services.ai.agent(
        {
          ...requestOf(context),
          ...answerRequestOf(context),
          tools: [...tools, ...flows].map(counted),
          maxSteps: config.maxSteps,
          maxCostUsd: config.maxCostUsd,
        },
        context.signal,
        (token) => context.token(token),
      );
      const extra = { steps, toolCalls: called };
      const reason = escalated();
      // It is in the inbox already, and the same effect is not performed twice; the text goes nowhere by itself.
      return reason === null
        ? { ...written, extra }
        : { ...written, mode: 'escalate' as const, reasons: [reason], extra };
    });
  }
}
