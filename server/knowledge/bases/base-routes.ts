import { z } from 'zod';
import { searchedBySchema } from '../../contract/knowledge.ts';
import {
  knowledgeBaseRequestSchema,
  knowledgeBaseSchema,
  knowledgeSearchRequestSchema,
  pageOf,
  pageQuerySchema,
  passageSchema,
} from '../../contract/shapes.ts';
import { newId } from '../../database/id.ts';
import { idParamsSchema } from '../../http/id-params.ts';
import { readCursor, toPage } from '../../http/page-cursor.ts';
import { conflict, notFound } from '../../http/problem.ts';
import type { RouteSpec } from '../../http/route.ts';
import { route } from '../../http/route.ts';
import type { KnowledgeRoutesDeps } from '../routes.ts';
import { searchPassages } from '../search/search-passages.ts';
import type { BaseRow } from './find-base.ts';
import { findBase, SELECT_BASES } from './find-base.ts';

const MOST_BASES = 200;
const tag = 'Knowledge';

/** The calls under `/api/v1/knowledge-bases` (DESIGN 6), without their documents. */
export function baseRoutes(deps: KnowledgeRoutesDeps): RouteSpec[] {
  const { pool } = deps;
  return [
    route({
      method: 'get',
      path: '/api/v1/knowledge-bases',
      summary: 'Knowledge bases, newest first',
      tag,
      access: 'viewer',
      query: pageQuerySchema,
      answer: pageOf(knowledgeBaseSchema),
      handler: async ({ query, principal }) => {
        const after = readCursor(query.cursor);
        const { rows } = await pool.query<BaseRow>(
          `${SELECT_BASES} where base.workspace_id = $1
             and ($2::timestamptz is null or (base.created_at, base.id) < ($2, $3::uuid))
           order by base.created_at desc, base.id desc limit $4`,
          [principal.workspaceId, after?.at ?? null, after?.id ?? null, query.limit + 1],
        );
        return toPage(rows, query.limit, toBase);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases',
      summary: 'Create a knowledge base',
      tag,
      access: 'editor',
      body: knowledgeBaseRequestSchema,
      answer: knowledgeBaseSchema,
      status: 201,
      handler: async ({ body, principal }) => {
        const { rows } = await pool.query<BaseRow>(
          `insert into knowledge_bases (id, workspace_id, name, description)
           select $2, $1, $3, $4
           where (select count(*) from knowledge_bases where workspace_id = $1) < $5
           returning id, name, description, created_at, created_at::text as "cursorAt", 0 as document_count`,
          [principal.workspaceId, newId(), body.name, body.description ?? '', MOST_BASES],
        );
        if (!rows[0]) throw conflict('too-many', `A workspace has ${MOST_BASES} knowledge bases at most.`);
        return toBase(rows[0]);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/knowledge-bases/:id',
      summary: 'One knowledge base',
      tag,
      access: 'viewer',
      params: idParamsSchema,
      answer: knowledgeBaseSchema,
      handler: async ({ params, principal }) =>
        toBase(await findBase(pool, principal.workspaceId, params.id)),
    }),
    route({
      method: 'delete',
      path: '/api/v1/knowledge-bases/:id',
      summary: 'Delete a knowledge base with its documents',
      tag,
      access: 'editor',
      params: idParamsSchema,
      status: 204,
      handler: async ({ params, principal }) => {
        const { rows } = await pool.query<{ id: string }>(
          'select id from knowledge_chunks where workspace_id = $1 and knowledge_base_id = $2',
          [principal.workspaceId, params.id],
        );
        const { rowCount } = await pool.query(
          'delete from knowledge_bases where workspace_id = $1 and id = $2',
          [principal.workspaceId, params.id],
        );
        if (rowCount === 0) throw notFound('knowledge base');
        await deps.forget(
          principal.workspaceId,
          rows.map(({ id }) => id),
        );
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases/:id/search',
      summary: 'Find passages, as a flow would find them, and why they were found',
      tag,
      access: 'viewer',
      params: idParamsSchema,
      body: knowledgeSearchRequestSchema,
      answer: z.object({ items: z.array(passageSchema), searchedBy: searchedBySchema }),
      handler: async ({ params, body, principal }) => {
        await findBase(pool, principal.workspaceId, params.id);
        const { query, limit, filter } = body;
        const { passages, meaning } = await searchPassages(
          deps.search,
          principal.workspaceId,
          { knowledgeBaseId: params.id, query, limit, ...filter },
          AbortSignal.timeout(10_000),
        );
        const searchedBy = { words: true as const, meaning, vectorStore: deps.search.vectors.name };
        return { items: passages, searchedBy };
      },
    }),
  ];
}

const toBase = (row: BaseRow) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  documentCount: row.document_count,
  createdAt: row.created_at.toISOString(),
});
