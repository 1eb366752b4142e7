import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';
import type { LiveEvent } from '../../contract/live.ts';
import type { KnowledgeDocument } from '../../contract/shapes.ts';
import { documentSchema, knowledgeBaseSchema, passageSchema } from '../../contract/shapes.ts';
import { mountRoutes } from '../../http/mount-routes.ts';
import { problemHandler } from '../../http/problem-response.ts';
import { createHttpService } from '../../http-client/safe-request.ts';
import { createLog } from '../../log.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { ProviderAccess } from '../embeddings/embedder-for.ts';
import type { EmbeddingMeter } from '../embeddings/meter.ts';
import type { KnowledgeDeps } from '../knowledge.ts';
import { openKnowledge } from '../knowledge.ts';

type Options = {
  /** Address of a server of embeddings; without it there is no provider. Called anew each time. */
  embeddings?: (workspaceId: string) => string | null;
  config?: Partial<KnowledgeDeps['config']>;
  meter?: EmbeddingMeter;
  /** Default true. */
  ingests?: boolean;
};

/** A database that the test closes itself. */
type Given = Pick<Awaited<ReturnType<typeof createTestDatabase>>, 'pool' | 'url'>;
export type KnowledgeServer = Awaited<ReturnType<typeof startKnowledgeServer>>;

/** The routes of knowledge on a free port with a real database, and an ingester; two workspaces, `ours` and `theirs`. */
export async function startKnowledgeServer(options: Options = {}, given?: Given) {
  const database = given ? { ...given, close: async () => {} } : await createTestDatabase();
  const { pool } = database;
  const ours = randomUUID();
  const theirs = randomUUID();
  await pool.query(`insert into workspaces (id, name) values ($1, 'Ours'), ($2, 'Theirs')`, [ours, theirs]);
  const access: ProviderAccess = async (workspaceId, provider) => {
    const baseUrl = options.embeddings?.(workspaceId) ?? null;
    return provider === 'openai' && baseUrl ? { apiKey: 'sk-test', baseUrl } : null;
  };
  const published: { workspaceId: string; event: Omit<LiveEvent, 'topic'> }[] = [];
  const knowledge = await openKnowledge({
    config: {
      KNOWLEDGE_STORE: 'scan',
      KNOWLEDGE_EMBEDDINGS: undefined,
      PINECONE_API_KEY: undefined,
      PINECONE_INDEX: undefined,
      PINECONE_CONTROLLER_HOST: undefined,
      QDRANT_URL: undefined,
      QDRANT_API_KEY: undefined,
      shape: 'embedded',
      ...options.config,
    },
    pool,
    log: createLog('silent'),
    live: {
      publish: (workspaceId, events) => published.push(...events.map((event) => ({ workspaceId, event }))),
    },
    access,
    // Names of the tests lead to this machine.
    download: createHttpService({
      allowLoopback: true,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    }).download,
    ...(options.meter && { meter: options.meter }),
  });
  const holder = `test:${randomUUID()}`;
  if (options.ingests !== false) knowledge.start(() => holder);

  const app = express();
  mountRoutes(app, knowledge.routes, {
    authenticate: async ({ headers }) => ({
      workspaceId: headers.authorization === 'theirs' ? theirs : ours,
      role: headers.authorization === 'viewer' ? 'viewer' : 'editor',
      apiKeyId: randomUUID(),
      name: 'Test',
    }),
    checkAnswers: true,
  });
  app.use(problemHandler(createLog('silent')));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  const url = `${root}/knowledge-bases`;

  const call = (method: string, path: string, body?: unknown, authorization = '') =>
    fetch(`${root}/${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const post = (path: string, body: unknown, authorization = '') =>
    call('POST', path === '' ? 'knowledge-bases' : `knowledge-bases/${path}`, body, authorization);

  const readDocument = async (base: string, id: string) =>
    documentSchema.parse(await (await call('GET', `knowledge-bases/${base}/documents/${id}`)).json());

  return {
    database,
    pool,
    ours,
    theirs,
    url,
    root,
    knowledge,
    published,
    call,
    post,
    readDocument,
    async createBase(name: string, description?: string): Promise<string> {
      const answer = await post('', { name, description });
      return knowledgeBaseSchema.parse(await answer.json()).id;
    },
    /** @returns the answer of the upload */
    upload(base: string, name: string, content: string | Uint8Array, documentId?: string): Promise<Response> {
      const form = new FormData();
      form.append('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
      const path = documentId ? `${url}/${base}/documents/${documentId}` : `${url}/${base}/documents`;
      return fetch(path, { method: documentId ? 'PUT' : 'POST', body: form });
    },
    async search(base: string, query: string, more: object = {}) {
      const answer = await post(`${base}/search`, { query, ...more });
      if (answer.status !== 200)
        throw new Error(`The search answered ${answer.status}: ${await answer.text()}`);
      return z.object({ items: z.array(passageSchema) }).parse(await answer.json()).items;
    },
    /** The document once it is in this state. */
    async until(base: string, id: string, isSo: (document: KnowledgeDocument) => boolean) {
      for (;;) {
        const document = await readDocument(base, id);
        if (isSo(document)) return document;
        if (document.status === 'failed') throw new Error(`The document failed: ${document.error?.message}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await knowledge.stop();
      await knowledge.close();
      await database.close();
    },
  };
}

export const isReady = ({ status }: KnowledgeDocument): boolean => status === 'ready';
export const isDone = ({ status }: KnowledgeDocument): boolean => status === 'ready' || status === 'failed';
