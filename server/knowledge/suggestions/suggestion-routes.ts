import { z } from 'zod';
import {
  approveSuggestionRequestSchema,
  suggestionSchema,
  suggestionStatusSchema,
} from '../../contract/knowledge.ts';
import { pageOf, pageQuerySchema } from '../../contract/shapes.ts';
import { idParamsSchema } from '../../http/id-params.ts';
import { readCursor, toPage } from '../../http/page-cursor.ts';
import type { RouteSpec } from '../../http/route.ts';
import { route } from '../../http/route.ts';
import { settledIfNothingToEmbed } from '../documents/settle-unembedded.ts';
import type { KnowledgeRoutesDeps } from '../routes.ts';
import type { SuggestionRow } from './suggestions.ts';
import { decideSuggestion, listSuggestions } from './suggestions.ts';

const tag = 'Knowledge';

/** The calls under `/api/v1/knowledge-suggestions`: what flows want to remember, and people decide on. */
export function suggestionRoutes(deps: KnowledgeRoutesDeps): RouteSpec[] {
  const { pool } = deps;
  return [
    route({
      method: 'get',
      path: '/api/v1/knowledge-suggestions',
      summary: 'Questions and answers that flows suggest to keep, newest first',
      tag,
      access: 'viewer',
      query: pageQuerySchema.extend({
        status: suggestionStatusSchema.optional(),
        knowledgeBaseId: z.uuid().optional(),
      }),
      answer: pageOf(suggestionSchema),
      handler: async ({ query, principal }) => {
        const { status, knowledgeBaseId, cursor, limit } = query;
        const page = { status, knowledgeBaseId, after: readCursor(cursor), limit: limit + 1 };
        return toPage(await listSuggestions(pool, principal.workspaceId, page), limit, toSuggestion);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-suggestions/:id/approve',
      summary: 'Keep a suggested pair, put better if need be',
      tag,
      access: 'editor',
      params: idParamsSchema,
      body: approveSuggestionRequestSchema,
      answer: suggestionSchema,
      handler: async ({ params, body, principal }) => {
        const { workspaceId, userId = null } = principal;
        const { suggestion, documentId } = await decideSuggestion(
          pool,
          { workspaceId, id: params.id, userId },
          { decision: 'approved', ...body },
        );
        if (documentId) await settledIfNothingToEmbed(deps, workspaceId, documentId);
        deps.onDocument();
        return toSuggestion(suggestion);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-suggestions/:id/reject',
      summary: 'Do not keep a suggested pair',
      tag,
      access: 'editor',
      params: idParamsSchema,
      answer: suggestionSchema,
      handler: async ({ params, principal }) => {
        const { workspaceId, userId = null } = principal;
        const key = { workspaceId, id: params.id, userId };
        return toSuggestion((await decideSuggestion(pool, key, { decision: 'rejected' })).suggestion);
      },
    }),
  ];
}

const toSuggestion = (row: SuggestionRow) => ({
  id: row.id,
  knowledgeBaseId: row.knowledge_base_id,
  knowledgeBaseName: row.base_name,
  question: row.question,
  answer: row.answer,
  status: row.status,
  executionId: row.execution_id,
  nodeId: row.node_id,
  decidedBy: row.decided_by_name,
  decidedAt: row.decided_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
});
