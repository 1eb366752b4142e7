import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeEmbeddings } from '../testing/fake-embeddings.ts';
import type { KnowledgeServer } from '../testing/knowledge-server.ts';
import { isReady, startKnowledgeServer } from '../testing/knowledge-server.ts';
import { startFakePinecone } from '../vector-stores/testing/fake-pinecone.ts';
import { startFakeQdrant } from '../vector-stores/testing/fake-qdrant.ts';
import type { PgvectorDatabase } from '../vector-stores/testing/start-pgvector.ts';
import { startPgvector } from '../vector-stores/testing/start-pgvector.ts';

const RULES = [
  ['House rules', 'Keeping a puppy in the flat is forbidden. Cats are welcome.'],
  ['Furniture', 'Each flat has a couch, two chairs and a table.'],
  ['Waste', 'Bins are emptied on Mondays. Put glass into the green one.'],
] as const;

let embeddings: Awaited<ReturnType<typeof startFakeEmbeddings>>;
let qdrant: Awaited<ReturnType<typeof startFakeQdrant>>;
let pinecone: Awaited<ReturnType<typeof startFakePinecone>>;
let pgvector: PgvectorDatabase;

beforeAll(async () => {
  embeddings = await startFakeEmbeddings();
  qdrant = await startFakeQdrant();
  pinecone = await startFakePinecone({ index: 'rules', apiKey: 'pc-key', dimension: 256 });
  pgvector = await startPgvector();
});
afterAll(() => {
  for (const server of [embeddings, qdrant, pinecone]) server.close();
  return pgvector.close();
});

const KNOWLEDGE_EMBEDDINGS = 'openai:text-embedding-3-small@256';
const stores = {
  scan: () => ({ KNOWLEDGE_STORE: 'scan' as const }),
  // With one connection for everything: nothing may take a second one while it holds the first.
  pgvector: () => ({ KNOWLEDGE_STORE: 'pgvector' as const }),
  qdrant: () => ({ KNOWLEDGE_STORE: undefined, QDRANT_URL: qdrant.url }),
  pinecone: () => ({
    KNOWLEDGE_STORE: undefined,
    PINECONE_API_KEY: 'pc-key',
    PINECONE_INDEX: 'rules',
    PINECONE_CONTROLLER_HOST: pinecone.url,
  }),
};

describe.each(Object.entries(stores))('with %s', (store, configOf) => {
  let server: KnowledgeServer;
  let base: string;

  beforeAll(async () => {
    server = await startKnowledgeServer(
      { embeddings: () => embeddings.url, config: { KNOWLEDGE_EMBEDDINGS, ...configOf() } },
      store === 'pgvector' ? pgvector : undefined,
    );
    base = await server.createBase('Flat');
    for (const [title, text] of RULES) {
      const answer = await server.post(`${base}/documents`, { title, text });
      const { id } = (await answer.json()) as { id: string };
      await server.until(base, id, isReady);
    }
  });
  afterAll(() => server.close());

  test('a question without a word of the answer is answered, and it is said why', async () => {
    const [best] = await server.search(base, 'Are hounds prohibited?');
    expect(best).toMatchObject({
      title: 'House rules',
      why: { meaning: { rank: 1, similarity: expect.any(Number) } },
    });
    expect(best?.why?.words).toBeUndefined();
  });

  test('what both ways find is at the top, with the words that matched', async () => {
    const [best] = await server.search(base, 'Is a puppy forbidden in the flat?');
    expect(best).toMatchObject({
      title: 'House rules',
      why: { words: { rank: 1, matched: ['puppy', 'forbidden', 'flat'], related: [] }, meaning: { rank: 1 } },
      score: 1,
    });
  });

  test('an unrelated question finds nothing', async () => {
    expect(await server.search(base, 'Who wrote Hamlet?')).toEqual([]);
  });

  test('filters hold for both ways', async () => {
    const [furniture] = await server.search(base, 'couch');
    const only = { documentIds: [furniture?.documentId] };
    const found = await server.search(base, 'Are hounds prohibited near the sofa?', { filter: only });
    expect(found.map(({ title }) => title)).toEqual(['Furniture']);
    expect(await server.search(base, 'couch', { filter: { sources: ['faq'] } })).toEqual([]);
    const strict = await server.search(base, 'Are hounds prohibited?', { filter: { minSimilarity: 0.99 } });
    expect(strict).toEqual([]);
  });

  test('a document that is deleted is not found by meaning either', async () => {
    const answer = await server.post(`${base}/documents`, { title: 'Gone', text: 'The settee is red.' });
    const { id } = (await answer.json()) as { id: string };
    await server.until(base, id, isReady);
    expect((await server.search(base, 'sofa')).map(({ title }) => title)).toContain('Gone');
    await server.call('DELETE', `knowledge-bases/${base}/documents/${id}`);
    expect((await server.search(base, 'sofa')).map(({ title }) => title)).toEqual(['Furniture']);
  });

  test('a provider that is away takes nothing from the words', async () => {
    embeddings.failWith({ status: 500, body: {} });
    const [best] = await server.search(base, 'When are the bins emptied?');
    embeddings.failWith(null);
    expect(best).toMatchObject({ title: 'Waste', why: { words: { rank: 1 } } });
    expect(best?.why?.meaning).toBeUndefined();
  });

  test('another workspace finds nothing of it', async () => {
    const service = server.knowledge.serviceFor(server.theirs);
    const found = await service.search(
      { query: 'Are hounds prohibited?', limit: 5 },
      new AbortController().signal,
    );
    expect(found).toEqual([]);
  });

  test('the answer says which store and model were used', async () => {
    const answer = await server.post(`${base}/search`, { query: 'glass' });
    expect(await answer.json()).toMatchObject({
      searchedBy: { words: true, meaning: KNOWLEDGE_EMBEDDINGS, vectorStore: store },
    });
  });
});

test('a store that is away takes nothing from the words, and what it still has of a deleted passage is removed later', async () => {
  const server = await startKnowledgeServer({
    embeddings: () => embeddings.url,
    config: { KNOWLEDGE_EMBEDDINGS, ...stores.qdrant() },
  });
  const base = await server.createBase('Stray');
  const answer = await server.post(`${base}/documents`, { title: 'Red', text: 'The settee is red.' });
  const { id } = (await answer.json()) as { id: string };
  await server.until(base, id, isReady);
  const points = qdrant.collections.get(`replygraph_${server.ours}`)?.points;
  expect(points?.size).toBe(1);

  qdrant.failWith({ status: 503, body: {} });
  expect(await server.search(base, 'settee')).toMatchObject([{ title: 'Red', why: { words: { rank: 1 } } }]);
  await server.call('DELETE', `knowledge-bases/${base}/documents/${id}`);
  qdrant.failWith(null);
  expect(points?.size).toBe(1);
  expect(await server.search(base, 'sofa')).toEqual([]);
  await expect.poll(() => points?.size).toBe(0);
  await server.close();
});
