import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext } from '../../engine/node-type.ts';
import type { AgentTool, Passage } from '../../engine/services.ts';
import { escalate } from './settle-text.ts';

export const TOOL_NAMES = [
  'search_knowledge',
  'find_answers',
  'search_files',
  'get_contact',
  'escalate',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

const MOST_PASSAGES = 5;
const LONGEST_QUERY = 500;
const LONGEST_REASON = 300;

const querySchema = z.object({
  query: z.string().trim().min(1).max(LONGEST_QUERY).describe('What to look for'),
});
const reasonSchema = z.object({
  reason: z.string().trim().min(1).max(LONGEST_REASON).describe('Why a person is needed, in one sentence'),
});
const noInput = z.object({});

type ToolContext = NodeContext<{ knowledgeBase?: string | undefined }>;

/**
 * The tools that the owner of the flow chose. Each works inside the workspace of the execution and for its contact alone:
 * there is no parameter by which a model could name another. Every call stands in the log of the step.
 */
export function createAgentTools(
  context: ToolContext,
  names: readonly ToolName[],
): { tools: AgentTool[]; escalated: () => string | null } {
  let reason: string | null = null;
  const all: Record<ToolName, AgentTool> = {
    search_knowledge: searchTool(
      context,
      'search_knowledge',
      'Searches everything that the brand has written down.',
      {},
    ),
    find_answers: searchTool(context, 'find_answers', 'Searches the questions and answers of the brand.', {
      sources: ['faq'],
    }),
    search_files: searchTool(context, 'search_files', 'Searches the files that the brand has uploaded.', {
      sources: ['upload'],
    }),
    get_contact: toolOf(context, noInput, {
      name: 'get_contact',
      description: 'What is known about the person who wrote: name, tags and fields.',
      isSource: false,
      answer: async () => {
        const contact = await context.services.contacts.read(context.signal);
        if (!contact) return 'Nothing is known about the person.';
        const { username, name, fields, tags } = contact;
        return JSON.stringify({ username, name, fields, tags });
      },
    }),
    escalate: toolOf(context, reasonSchema, {
      name: 'escalate',
      description:
        'Hands the conversation over to a person of the brand. Use it when you cannot or may not help.',
      isSource: false,
      answer: async (input) => {
        reason ??= input.reason;
        await escalate(context, `The agent asks for a person: ${input.reason}`);
        return 'A person of the brand will take over. Tell the person who wrote so, and promise nothing else.';
      },
    }),
  };
  return { tools: [...new Set(names)].map((name) => all[name]), escalated: () => reason };
}

function searchTool(
  context: ToolContext,
  name: ToolName,
  description: string,
  only: { sources?: ('upload' | 'faq')[] },
): AgentTool {
  return toolOf(context, querySchema, {
    name,
    description,
    isSource: true,
    answer: async ({ query }) => {
      const { knowledgeBase } = context.config;
      const passages = await context.services.knowledge.search(
        { query, limit: MOST_PASSAGES, ...(knowledgeBase && { knowledgeBase }), ...only },
        context.signal,
      );
      return passages.length === 0 ? 'Nothing found.' : passages.map(inWords).join('\n\n');
    },
  });
}

const inWords = ({ title, page, text }: Passage) => `${title}${page ? ` (page ${page})` : ''}\n${text}`;

/** A tool whose input is checked before anything happens, and whose calls stand in the log. */
export function toolOf<Input>(
  context: Pick<NodeContext<unknown>, 'log'>,
  schema: z.ZodType<Input>,
  tool: Pick<AgentTool, 'description' | 'isSource'> & {
    name: string;
    answer: (input: Input) => Promise<string>;
  },
): AgentTool {
  const { name, description, isSource, answer } = tool;
  return {
    name,
    description,
    isSource,
    parameters: z.toJSONSchema(schema) as Record<string, unknown>,
    run: async (given) => {
      const input = schema.safeParse(given);
      if (!input.success) {
        const problems = input.error.issues
          .map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; ');
        context.log(`The agent called ${name} with a bad input.`, { input: given, problems }, 'warn');
        return `The input is not usable. ${problems}`;
      }
      try {
        const output = await answer(input.data);
        context.log(`The agent called ${name}.`, { input: input.data, output: output.slice(0, 2_000) });
        return output;
      } catch (error) {
        const message = error instanceof NodeError ? error.message : 'an error that it does not handle';
        context.log(`The agent called ${name}, which failed: ${message}`, { input: input.data }, 'error');
        throw error;
      }
    },
  };
}
