import type pg from 'pg';
import { z } from 'zod';
import { documentSchema, pageOf, pageQuerySchema } from '../../contract/shapes.ts';
import { inTransaction } from '../../executions/transaction.ts';
import { idParamsSchema } from '../../http/id-params.ts';
import { readCursor, toPage } from '../../http/page-cursor.ts';
import { conflict, notFound } from '../../http/problem.ts';
import type { Principal, RouteSpec } from '../../http/route.ts';
import { route } from '../../http/route.ts';
import { findBase } from '../bases/find-base.ts';
import type { DocumentRow } from '../ingestion/document-row.ts';
import { DOCUMENT_COLUMNS, toDocument } from '../ingestion/document-row.ts';
import type { KnowledgeRoutesDeps } from '../routes.ts';
import { readDocument } from './read-document.ts';
import { settledIfNothingToEmbed } from './settle-unembedded.ts';
import { insertDocument, replaceDocument } from './store-document.ts';

const documentParamsSchema = z.object({ id: z.uuid(), documentId: z.uuid() });
const tag = 'Knowledge';
const WHAT = `JSON \`{title, text}\`, \`{url, title?}\` (a page of the web), \`{question, answer}\` or
\`{title, pairs: [{question, answer}]}\`; or a .pdf, .docx, .html, .md, .txt or .csv file as multipart/form-data. Text is found
at once; files are read in the background: \`status\` goes from \`queued\` over \`reading\` and \`embedding\` to \`ready\` or
\`failed\`, and \`knowledge.progress\` tells of it on the WebSocket topic \`workspace\`.`;

/** The calls under `/api/v1/knowledge-bases/:id/documents` (DESIGN 6). */
export function documentRoutes(deps: KnowledgeRoutesDeps): RouteSpec[] {
  const { pool } = deps;
  const read = async (workspaceId: string, baseId: string, id: string) => {
    const { rows } = await pool.query<DocumentRow>(
      `select ${DOCUMENT_COLUMNS} from knowledge_documents document
       where workspace_id = $1 and knowledge_base_id = $2 and id = $3`,
      [workspaceId, baseId, id],
    );
    if (!rows[0]) throw notFound('document');
    return toDocument(rows[0]);
  };
  const afterwards = async (principal: Principal, baseId: string, id: string) => {
    await settledIfNothingToEmbed(deps, principal.workspaceId, id);
    deps.onDocument();
    return read(principal.workspaceId, baseId, id);
  };

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
          `select ${DOCUMENT_COLUMNS} from knowledge_documents document
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
      summary: 'Add a document',
      description: WHAT,
      tag,
      access: 'editor',
      params: idParamsSchema,
      answer: documentSchema,
      status: 201,
      handler: async ({ params, principal, request, response }) => {
        const { workspaceId } = principal;
        await findBase(pool, workspaceId, params.id);
        const document = await readDocument(request, response);
        const base = { workspaceId, knowledgeBaseId: params.id };
        const id = await inTransaction(pool, (client) => insertDocument(client, base, document));
        return afterwards(principal, params.id, id);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/knowledge-bases/:id/documents/:documentId',
      summary: 'One document, with the progress of its ingestion',
      tag,
      access: 'viewer',
      params: documentParamsSchema,
      answer: documentSchema,
      handler: ({ params, principal }) => read(principal.workspaceId, params.id, params.documentId),
    }),
    route({
      method: 'put',
      path: '/api/v1/knowledge-bases/:id/documents/:documentId',
      summary: 'Replace the content of a document',
      description: `${WHAT} Only passages that changed are written and embedded anew.`,
      tag,
      access: 'editor',
      params: documentParamsSchema,
      answer: documentSchema,
      handler: async ({ params, principal, request, response }) => {
        const { workspaceId } = principal;
        await read(workspaceId, params.id, params.documentId);
        const document = await readDocument(request, response);
        const key = { workspaceId, knowledgeBaseId: params.id, id: params.documentId };
        const gone = await inTransaction(pool, (client) => replaceDocument(client, key, document));
        await deps.forget(workspaceId, gone);
        return afterwards(principal, params.id, params.documentId);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases/:id/documents/:documentId/retry',
      summary: 'Try a document again that failed',
      tag,
      access: 'editor',
      params: documentParamsSchema,
      answer: documentSchema,
      handler: async ({ params, principal }) => {
        await read(principal.workspaceId, params.id, params.documentId);
        if (!(await retry(pool, principal.workspaceId, params.documentId))) {
          throw conflict('not-failed', 'Only a document that failed can be tried again.');
        }
        return afterwards(principal, params.id, params.documentId);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/knowledge-bases/:id/documents/:documentId/refresh',
      summary: 'Read the page of a document again',
      tag,
      access: 'editor',
      params: documentParamsSchema,
      answer: documentSchema,
      handler: async ({ params, principal }) => {
        const { url } = await read(principal.workspaceId, params.id, params.documentId);
        if (url === null) {
          throw conflict('no-address', 'This document has no address. Upload its new version instead.');
        }
        await refresh(pool, principal.workspaceId, params.documentId);
        return afterwards(principal, params.id, params.documentId);
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
        const { rows } = await pool.query<{ id: string }>(
          'select id from knowledge_chunks where workspace_id = $1 and document_id = $2',
          [principal.workspaceId, params.documentId],
        );
        const { rowCount } = await pool.query(
          'delete from knowledge_documents where workspace_id = $1 and knowledge_base_id = $2 and id = $3',
          [principal.workspaceId, params.id, params.documentId],
        );
        if (rowCount === 0) throw notFound('document');
        await deps.forget(
          principal.workspaceId,
          rows.map(({ id }) => id),
        );
      },
    }),
  ];
}

/** What was read goes on to be embedded; what was not is read again. */
async function retry(pool: pg.Pool, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update knowledge_documents document set attempts = 0, error = null, lease_owner = null, updated_at = clock_timestamp(),
       status = case
         when status <> 'failed' then status
         when exists (select 1 from knowledge_files where document_id = document.id) then 'queued'
         when url is not null and coalesce(content_hash, '') = '' then 'queued'
         else 'embedding' end
     where workspace_id = $1 and id = $2 and (status = 'failed' or error is not null)`,
    [workspaceId, id],
  );
  return rowCount === 1;
}

async function refresh(pool: pg.Pool, workspaceId: string, id: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `update knowledge_documents set status = 'queued', pages_read = null, page_count = null, error = null,
         lease_owner = null, attempts = 0, content_hash = case when content_hash is not null then '' end,
         updated_at = clock_timestamp()
       where workspace_id = $1 and id = $2`,
      [workspaceId, id],
    );
    await client.query('delete from knowledge_files where workspace_id = $1 and document_id = $2', [
      workspaceId,
      id,
    ]);
  });
}
