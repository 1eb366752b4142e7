import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import type pg from 'pg';
import { z } from 'zod';
import type { AiEnvironment } from '../../../server/ai/providers.ts';
import { searchedBySchema } from '../../../server/contract/knowledge.ts';
import { documentSchema, knowledgeBaseSchema, passageSchema } from '../../../server/contract/shapes.ts';
import { mountRoutes } from '../../../server/http/mount-routes.ts';
import { problemHandler } from '../../../server/http/problem-response.ts';
import { accessByConnections } from '../../../server/knowledge/embeddings/embedder-for.ts';
import { openKnowledge } from '../../../server/knowledge/knowledge.ts';
import { createLog } from '../../../server/log.ts';
import type { LookupDocument } from './read-lookup.ts';

const CALL_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** The ingester tries for hours; who measures wants to know that the provider is away. */
const PATIENCE_MS = 45_000;

const foundSchema = z.object({ items: z.array(passageSchema), searchedBy: searchedBySchema });
export type Found = z.output<typeof foundSchema>;

/** Knowledge of one new base, spoken to over its API as the editor does. */
export type KnowledgeServer = {
  /** Uploads a document under its name. @throws Error with the server's reason */
  upload(document: LookupDocument): Promise<string>;
  /** Resolves when the document can be found. @throws Error when it can't be read or embedded */
  ingested(documentId: string, signal: AbortSignal): Promise<void>;
  search(query: string, limit: number, signal: AbortSignal): Promise<Found>;
  close(): Promise<void>;
};

/**
 * The knowledge of the product on a free port of this machine: its routes, its ingestion, its search.
 * @param pool a migrated database; what is stored stays in a workspace of its own
 * @param embeddings as KNOWLEDGE_EMBEDDINGS; `none` for words alone. Vectors stay in the database whatever is configured
 */
export async function startKnowledgeServer(
  pool: pg.Pool,
  config: AiEnvironment,
  embeddings: string | undefined,
): Promise<KnowledgeServer> {
  const workspaceId = randomUUID();
  await pool.query(`insert into workspaces (id, name) values ($1, 'Evaluation')`, [workspaceId]);
  const log = createLog('silent');
  const knowledge = await openKnowledge({
    config: { ...ON_THE_DATABASE, KNOWLEDGE_EMBEDDINGS: embeddings },
    pool,
    log,
    live: { publish: () => {} },
    access: accessByConnections({ pool, config, encryptionKey: '', checkedFetch: fetch }),
    download: () => Promise.reject(new Error('An evaluation reads no page of the web.')),
  });
  knowledge.start(() => `evaluation:${workspaceId}`);
  const app = express();
  const principal = { workspaceId, role: 'editor', apiKeyId: randomUUID(), name: 'Evaluation' } as const;
  mountRoutes(app, knowledge.routes, { authenticate: async () => principal, checkAnswers: true });
  app.use(problemHandler(log));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/knowledge-bases`;
  const { id: base } = await call(root, knowledgeBaseSchema, jsonBody({ name: 'Evaluation' }));

  return {
    async upload({ name, file }) {
      const form = new FormData();
      form.append('title', name);
      form.append('file', new Blob([await readFile(file)]), basename(file));
      const { id } = await call(`${root}/${base}/documents`, documentSchema, { method: 'POST', body: form });
      return id;
    },
    async ingested(documentId, signal) {
      let failingSince: number | null = null;
      for (;;) {
        const document = await call(`${root}/${base}/documents/${documentId}`, documentSchema, { signal });
        if (document.status === 'ready') return;
        failingSince = document.error ? (failingSince ?? performance.now()) : null;
        const isLong = failingSince !== null && performance.now() - failingSince > PATIENCE_MS;
        if (document.status === 'failed' || isLong) {
          const why = document.error?.message ?? 'no reason';
          throw new Error(`The document "${document.title}" failed: ${why}`);
        }
        await pause(LOOK_EVERY_MS, undefined, { signal });
      }
    },
    search: (query, limit, signal) =>
      call(`${root}/${base}/search`, foundSchema, { ...jsonBody({ query, limit }), signal }),
    async close() {
      server.closeAllConnections();
      server.close();
      await knowledge.stop();
      await knowledge.close();
    },
  };
}

/** Vectors stay in the database of the evaluation, looked through exactly: nothing is written to an index of people's. */
const ON_THE_DATABASE = {
  KNOWLEDGE_STORE: 'scan',
  PINECONE_API_KEY: undefined,
  PINECONE_INDEX: undefined,
  PINECONE_CONTROLLER_HOST: undefined,
  QDRANT_URL: undefined,
  QDRANT_API_KEY: undefined,
  shape: 'embedded',
} as const;

const jsonBody = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function call<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  request: RequestInit,
): Promise<z.output<Schema>> {
  const limit = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
  const response = await fetch(url, { ...request, signal });
  if (!response.ok) throw new Error(`Knowledge answered ${response.status}: ${await response.text()}`);
  return schema.parse(await response.json());
}
