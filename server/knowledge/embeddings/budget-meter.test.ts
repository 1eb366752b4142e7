import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeAiChoices } from '../../ai/ai-settings.ts';
import type { RequestLog } from '../../ai/model-calls/request-log.ts';
import { createRequestLog } from '../../ai/model-calls/request-log.ts';
import { documentSchema } from '../../contract/shapes.ts';
import { noFaults } from '../../faults.ts';
import { createLog } from '../../log.ts';
import { createTestDatabase } from '../../testing/database.ts';
import { failDocument, failureOf } from '../ingestion/fail-document.ts';
import { ingestDocument } from '../ingestion/ingest-document.ts';
import { leaseDocument } from '../ingestion/lease.ts';
import { startFakeEmbeddings } from '../testing/fake-embeddings.ts';
import type { KnowledgeServer } from '../testing/knowledge-server.ts';
import { startKnowledgeServer } from '../testing/knowledge-server.ts';
import { createScanStore } from '../vector-stores/scan-store.ts';
import { createBudgetMeter } from './budget-meter.ts';
import type { Embedder } from './embedder.ts';
import { createEmbedderFor } from './embedder-for.ts';
import type { EmbeddingMeter } from './meter.ts';
import { embedMetered } from './meter.ts';

const log = createLog('silent');
const signal = new AbortController().signal;
const TEXT = 'Every puppy gets a bowl. It costs nothing and comes with the first order.';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let embeddings: Awaited<ReturnType<typeof startFakeEmbeddings>>;
let requests: RequestLog;
let meter: EmbeddingMeter;
let server: KnowledgeServer;
let base: string;

beforeAll(async () => {
  [database, embeddings] = await Promise.all([createTestDatabase(), startFakeEmbeddings()]);
});
beforeEach(async () => {
  const { pool } = database;
  requests = createRequestLog({ pool, log, onWarning: async () => {} });
  meter = createBudgetMeter({ pool, log, requests, live: { publish: () => {} } });
  server = await startKnowledgeServer({ embeddings: () => embeddings.url, meter, ingests: false }, database);
  base = await server.createBase('Shop');
  embeddings.requests.length = 0;
  return () => server.close();
});
afterAll(async () => {
  embeddings.close();
  await database.close();
});

const budget = (dailyUsd: number) =>
  writeAiChoices(database.pool, server.ours, { budget: { dailyUsd, whenUsedUp: 'builtin' } });

async function rowsOf(table: 'ai_requests' | 'ai_reservations' | 'notifications' | 'ai_budget_days') {
  await requests.idle();
  const { rows } = await database.pool.query(`select * from ${table} where workspace_id = $1`, [server.ours]);
  return rows;
}

async function added(text: string): Promise<string> {
  const answer = await server.post(`${base}/documents`, { title: 'Puppies', text });
  return documentSchema.parse(await answer.json()).id;
}

/** What an ingester does with the next document, once. @returns whether there was one */
async function ingestOnce(): Promise<boolean> {
  const { pool } = database;
  const leased = await leaseDocument(pool, `test:${randomUUID()}`, []);
  if (!leased) return false;
  const vectors = createScanStore(pool);
  const access = async (_: string, provider: string) =>
    provider === 'openai' ? { apiKey: 'sk-test', baseUrl: embeddings.url } : null;
  const deps = { pool, vectors, meter, faults: noFaults, onProgress: () => {} };
  const download = () => Promise.reject(new Error('Nothing is fetched here.'));
  try {
    await ingestDocument(
      { ...deps, download, embedderFor: createEmbedderFor(undefined, access) },
      leased,
      signal,
    );
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    await failDocument(pool, leased, failure);
  } finally {
    await vectors.close();
  }
  return true;
}

const fiveMinutesLater = () =>
  database.pool.query(
    `update knowledge_documents set updated_at = updated_at - interval '5 minutes 1 second'`,
  );

describe('a document', () => {
  test('has what its embedding costs counted, and nothing held back any more', async () => {
    const id = await added(TEXT);
    expect(await ingestOnce()).toBe(true);
    expect(await server.readDocument(base, id)).toMatchObject({ status: 'ready', embeddedCount: 1 });
    const [request, ...others] = await rowsOf('ai_requests');
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      task: 'embed',
      model: 'openai:text-embedding-3-small@1536',
      error_code: null,
    });
    expect(request.cost_usd).toBeCloseTo((request.tokens_in * 0.02) / 1e6, 12);
    expect(request.tokens_in).toBeGreaterThan(5);
    expect(await rowsOf('ai_reservations')).toEqual([]);
    expect((await rowsOf('ai_budget_days'))[0].spent_usd).toBeCloseTo(request.cost_usd, 12);
  });

  test('waits for the budget as long as it takes, is found by its words meanwhile, and goes on', async () => {
    await budget(0);
    const id = await added(TEXT);
    for (let day = 0; day < 12; day++) {
      expect(await ingestOnce()).toBe(true);
      expect(await ingestOnce()).toBe(false);
      await fiveMinutesLater();
    }
    const waiting = await server.readDocument(base, id);
    expect(waiting).toMatchObject({ status: 'embedding', error: { code: 'budget_used_up' } });
    expect(waiting.error?.message).toContain('goes on by itself');
    expect(await server.search(base, 'Is the bowl of my puppy free?')).toMatchObject([{ documentId: id }]);
    expect(embeddings.requests).toEqual([]);
    expect(await rowsOf('ai_requests')).toEqual([]);
    expect(await rowsOf('notifications')).toMatchObject([{ kind: 'ai_budget_used_up' }]);

    await budget(5);
    expect(await ingestOnce()).toBe(true);
    expect(await server.readDocument(base, id)).toMatchObject({
      status: 'ready',
      error: null,
      embeddedCount: 1,
    });
  });

  test('that a provider fails gives back what was held', async () => {
    embeddings.failWith({ status: 500, body: {} });
    const id = await added(TEXT);
    await ingestOnce();
    embeddings.failWith(null);
    expect(await server.readDocument(base, id)).toMatchObject({ error: { code: 'embedding_unavailable' } });
    expect(await rowsOf('ai_requests')).toMatchObject([{ error_code: 'embedding_unavailable', cost_usd: 0 }]);
    expect(await rowsOf('ai_reservations')).toEqual([]);
    expect((await rowsOf('ai_budget_days'))[0].spent_usd).toBeCloseTo(0, 12);
  });
});

describe('a question', () => {
  test('is counted, and looked up by its words alone once the budget is used up', async () => {
    await added('The sofa is made of oak.');
    await ingestOnce();
    embeddings.requests.length = 0;
    expect(await server.search(base, 'settee')).toHaveLength(1);
    expect(await rowsOf('ai_requests')).toHaveLength(2);

    await budget(0);
    expect(await server.search(base, 'couch')).toEqual([]);
    expect(await server.search(base, 'oak')).toHaveLength(1);
    expect(embeddings.textsOf()).toEqual(['settee']);

    await budget(5);
    expect(await server.search(base, 'couch')).toHaveLength(1);
  });
});

describe('a call', () => {
  const embedder = (name: string, embed: Embedder['embed']): Embedder => ({
    name,
    leastSimilarity: 0,
    embed,
  });
  const asked = () => ({ workspaceId: server.ours, texts: [TEXT], kind: 'passage' as const });

  test('that costs nothing is not held back, but counted', async () => {
    await budget(0);
    const free = embedder('ollama:nomic-embed-text@2', async () => ({ vectors: [], tokens: 7 }));
    await embedMetered(meter, free, asked(), signal);
    expect(await rowsOf('ai_requests')).toMatchObject([{ tokens_in: 7, cost_usd: 0 }]);
  });

  test('of a model that nobody knows the price of is not free', async () => {
    const unknown = embedder('openai:of-tomorrow@2', async () => ({ vectors: [], tokens: 1_000_000 }));
    await embedMetered(meter, unknown, asked(), signal);
    expect(await rowsOf('ai_requests')).toMatchObject([{ cost_usd: 0.25 }]);
  });

  test('whose tokens nobody counted, or that was broken off, is estimated', async () => {
    const uncounted = embedder('openai:text-embedding-3-small@2', async () => ({ vectors: [], tokens: 0 }));
    await embedMetered(meter, uncounted, asked(), signal);
    const cut = embedder('openai:text-embedding-3-small@2', async () => {
      throw new Error('The process stops.');
    });
    await expect(embedMetered(meter, cut, asked(), signal)).rejects.toThrow('stops');
    const rows = await rowsOf('ai_requests');
    expect(rows.map((row) => row.error_code).sort()).toEqual(['cancelled', null]);
    for (const row of rows) expect(row.tokens_in).toBe(Math.ceil(Buffer.byteLength(TEXT) / 4));
    expect(await rowsOf('ai_reservations')).toEqual([]);
  });
});
