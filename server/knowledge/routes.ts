import type pg from 'pg';
import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import {
  documentSchema,
  knowledgeBaseRequestSchema,
  knowledgeBaseSchema,
  knowledgeSearchRequestSchema,
  pageOf,
  pageQuerySchema,
  passageSchema,
} from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor, toPage } from '../http/page-cursor.ts';
import { conflict, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { createKnowledgeService } from './knowledge-service.ts';
import { readDocument } from './read-document.ts';
import { storeDocument } from './store-document.ts';

const MOST_BASES = 200;
const documentParamsSchema = z.object({ id: z.uuid(), documentId: z.uuid() });
const tag = 'Knowledge';

/** The calls under `/api/v1/knowledge-bases` (DESIGN 6). */
export function knowledgeRoutes({ pool }: Pick<ServerContext, 'pool'>): RouteSpec[] {
  return [...baseRoutes(pool), ...documentRoutes(pool)];
}

function baseRoutes(pool: pg.Pool): RouteSpec[] {
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
        const { rowCount } = await pool.query(
          'delete from knowledge_bases where workspace_id = $1 and id = $2',
          [principal.workspaceId, params.id],
        );
        if (rowCount === 0) throw notFound('knowledge base');
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases/:id/search',
      summary: 'Find passages, as a flow would find them',
      tag,
      access: 'viewer',
      params: idParamsSchema,
      body: knowledgeSearchRequestSchema,
      answer: z.object({ items: z.array(passageSchema) }),
      handler: async ({ params, body, principal }) => {
        await findBase(pool, principal.workspaceId, params.id);
        const service = createKnowledgeService({ pool }, principal.workspaceId);
        const items = await service.search(
          { knowledgeBase: params.id, ...body },
          AbortSignal.timeout(10_000),
        );
        return { items };
      },
    }),
  ];
}

function documentRoutes(pool: pg.Pool): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/knowledge-bases/:id/documents',
      summary: 'Documents of a knowledge base, newest first',
      tag,
      access: 'viewer',
      params: idParamsSchema,
      query: pageQuerySchema,
      answer: pageOf(documentSchema),
      handler: async ({ params, query, principal }) => {
        await findBase(pool, principal.workspaceId, params.id);
        const after = readCursor(query.cursor);
        const { rows } = await pool.query<DocumentRow>(
          `select id, title, mime_type, size_bytes, chunk_count, created_at, created_at::text as "cursorAt"
           from knowledge_documents
           where workspace_id = $1 and knowledge_base_id = $2
             and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
           order by created_at desc, id desc limit $5`,
          [principal.workspaceId, params.id, after?.at ?? null, after?.id ?? null, query.limit + 1],
        );
        return toPage(rows, query.limit, toDocument);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases/:id/documents',
      summary: 'Add a document: JSON {title, text}, or a .txt .md .html .csv file as multipart/form-data',
      tag,
      access: 'editor',
      params: idParamsSchema,
      answer: documentSchema,
      status: 201,
      handler: async ({ params, principal, request, response }) => {
        await findBase(pool, principal.workspaceId, params.id);
        const document = await readDocument(request, response);
        const owner = { workspaceId: principal.workspaceId, knowledgeBaseId: params.id };
        return storeDocument(pool, owner, document);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/knowledge-bases/:id/documents/:documentId',
      summary: 'Delete a document',
      tag,
      access: 'editor',
      params: documentParamsSchema,
      status: 204,
      handler: async ({ params, principal }) => {
        const { rowCount } = await pool.query(
          'delete from knowledge_documents where workspace_id = $1 and knowledge_base_id = $2 and id = $3',
          [principal.workspaceId, params.id, params.documentId],
        );
        if (rowCount === 0) throw notFound('document');
      },
    }),
  ];
}

type BaseRow = {
  id: string;
  name: string;
  description: string;
  document_count: number;
  created_at: Date;
  cursorAt: string;
};

const SELECT_BASES = `
  select base.id, base.name, base.description, base.created_at, base.created_at::text as "cursorAt",
         (select count(*)::int from knowledge_documents document
          where document.workspace_id = base.workspace_id and document.knowledge_base_id = base.id) as document_count
  from knowledge_bases base`;

/** @throws HttpProblem 404 */
async function findBase(pool: pg.Pool, workspaceId: string, id: string): Promise<BaseRow> {
  const { rows } = await pool.query<BaseRow>(
    `${SELECT_BASES} where base.workspace_id = $1 and base.id = $2`,
    [workspaceId, id],
  );
  if (!rows[0]) throw notFound('knowledge base');
  return rows[0];
}

const toBase = (row: BaseRow) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  documentCount: row.document_count,
  createdAt: row.created_at.toISOString(),
});

type DocumentRow = {
  id: string;
  title: string;
  mime_type: string;
  size_bytes: number;
  chunk_count: number;
  created_at: Date;
  cursorAt: string;
};

const toDocument = (row: DocumentRow) => ({
  id: row.id,
  title: row.title,
  mimeType: row.mime_type,
  sizeBytes: row.size_bytes,
  chunkCount: row.chunk_count,
  createdAt: row.created_at.toISOString(),
});
