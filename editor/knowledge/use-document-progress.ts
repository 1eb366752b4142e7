import type { InfiniteData } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { documentProgressSchema } from '../../server/contract/knowledge.ts';
import type { KnowledgeDocument, Page } from '../../server/contract/shapes.ts';
import { keys } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';

const eventSchema = documentProgressSchema.extend({ knowledgeBaseId: z.string(), documentId: z.string() });

/** Keeps the documents of a base as far as they are in truth, while the server reads and embeds them. */
export function useDocumentProgress(baseId: string): void {
  const client = useQueryClient();
  useLive(
    'workspace',
    ({ type, data }) => {
      const parsed = type === 'knowledge.progress' ? eventSchema.safeParse(data) : undefined;
      if (!parsed?.success || parsed.data.knowledgeBaseId !== baseId) return;
      const { documentId, knowledgeBaseId: _, ...progress } = parsed.data;
      client.setQueryData<InfiniteData<Page<KnowledgeDocument>>>(
        keys.documents(baseId),
        (list) =>
          list && {
            ...list,
            pages: list.pages.map((page) => ({
              ...page,
              items: page.items.map((each) => (each.id === documentId ? { ...each, ...progress } : each)),
            })),
          },
      );
    },
    { onResync: () => void client.invalidateQueries({ queryKey: keys.documents(baseId) }) },
  );
}
