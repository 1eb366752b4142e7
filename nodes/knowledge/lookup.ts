import { z } from 'zod';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { INCOMING_TEXT, templateField } from '../config-fields.ts';
import { knowledgeBaseField, MAX_QUERY } from './fields.ts';

const config = z.object({
  query: templateField(INCOMING_TEXT, {
    title: 'Look for',
    description: 'What to search for. Normally what the person wrote.',
    widget: 'text',
  }),
  knowledgeBase: knowledgeBaseField('Where to search. Leave empty to search in all of them.'),
  limit: z.number().int().min(1).max(20).default(4).meta({
    title: 'How many passages',
    description: 'More gives the AI more to read; three to five are usually best.',
    advanced: true,
  }),
});

type Config = z.output<typeof config>;

/** Finds passages of the uploaded documents. */
export class Lookup {
  static readonly description = describeNode({
    type: 'knowledge.lookup',
    version: 1,
    category: 'knowledge',
    kind: 'step',
    name: 'Look up',
    summary: 'Finds what your documents and FAQs say about it.',
    icon: 'book-open',
    phrase: 'Look up: {{ query }}',
    docs: [
      'Searches your knowledge bases. It goes on even when nothing is found: `{{ steps.lookup.output.found }}` is then false.',
      '',
      'Example: give `{{ steps.lookup.output.passages }}` to **Write an answer**, or show `{{ steps.lookup.output.text }}` to a person. A passage of a PDF has its `page`.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      found: z.boolean(),
      text: z.string(),
      passages: z.array(
        z.object({
          id: z.string(),
          documentId: z.string(),
          title: z.string(),
          text: z.string(),
          page: z.number().int().optional(),
          score: z.number(),
        }),
      ),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const query = config.query.trim().slice(0, MAX_QUERY);
    const passages =
      query === ''
        ? []
        : await services.knowledge.search(
            {
              query,
              limit: config.limit,
              ...(config.knowledgeBase && { knowledgeBase: config.knowledgeBase }),
            },
            context.signal,
          );
    context.log(passages.length === 0 ? 'Nothing found.' : `Found ${passages.length} passages.`);
    return fired('out', {
      found: passages.length > 0,
      text: passages.map((passage) => passage.text).join('\n\n'),
      passages,
    });
  }
}
