import { z } from 'zod';

/** A search takes no more. */
export const MAX_QUERY = 1_000;

/** Which knowledge base; empty for what `description` says. */
export function knowledgeBaseField(description: string) {
  return z.string().max(64).optional().meta({
    title: 'Knowledge base',
    description,
    widget: 'knowledgeBase',
    template: false,
  });
}
