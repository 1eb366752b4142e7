import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFakeEmbeddings } from '../testing/fake-embeddings.ts';
import type { Embedder } from './embedder.ts';
import { createEmbedderFor } from './embedder-for.ts';
import { embeddingPriceOf, parseEmbeddingModel } from './embedding-models.ts';
import { createOpenAiEmbedder } from './openai-embedder.ts';

const signal = new AbortController().signal;
let server: Awaited<ReturnType<typeof startFakeEmbeddings>>;
let embedder: Embedder;

beforeAll(async () => {
  server = await startFakeEmbeddings();
  const model = { provider: 'openai' as const, model: 'text-embedding-3-small', dimension: 32 };
  embedder = createOpenAiEmbedder(model, { apiKey: 'sk-test', baseUrl: server.url });
});
beforeEach(() => {
  server.requests.length = 0;
  server.failWith(null);
});
afterAll(() => server.close());

test('one vector of length 1 for each text, in their order, with the tokens', async () => {
  const { vectors, tokens } = await embedder.embed(['red lamp', 'blue chair', 'red lamp'], 'passage', signal);
  expect(vectors.map(({ length }) => length)).toEqual([32, 32, 32]);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect(vectors[0]).toEqual(vectors[2]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  expect(tokens).toBe(6);
  expect(server.requests).toMatchObject([
    { model: 'text-embedding-3-small', dimensions: 32, authorization: 'Bearer sk-test' },
  ]);
});

test('a model that wants a question and a passage told apart is told', async () => {
  const model = { provider: 'ollama' as const, model: 'nomic-embed-text', dimension: 64 };
  const nomic = createOpenAiEmbedder(model, { apiKey: 'none', baseUrl: server.url });
  await nomic.embed(['tea'], 'question', signal);
  await nomic.embed(['tea'], 'passage', signal);
  expect(server.textsOf()).toEqual(['search_query: tea', 'search_document: tea']);
});

test.each([
  [401, 'embedding_key_refused', false],
  [404, 'embedding_model_not_found', false],
  [400, 'embedding_refused', false],
  [429, 'embedding_unavailable', true],
  [500, 'embedding_unavailable', true],
])('HTTP %i is %s', async (status, code, retryable) => {
  server.failWith({ status, body: { error: { message: 'the key sk-test is wrong' } } });
  const failed = embedder.embed(['a'], 'passage', signal);
  await expect(failed).rejects.toMatchObject({ name: 'EmbeddingError', code, retryable });
  await expect(failed).rejects.toThrow(/^(?!.*sk-test)/);
});

test.each([
  ['no vectors', { data: [] }],
  ['something else', { hello: 'there' }],
  ['vectors of another dimension', { data: [{ index: 0, embedding: [1, 2, 3] }] }],
])('%s in the answer are refused', async (_what, body) => {
  server.failWith({ status: 200, body });
  await expect(embedder.embed(['a'], 'passage', signal)).rejects.toMatchObject({
    code: 'embedding_unusable',
  });
});

test('a server that is not there can be asked again later', async () => {
  const model = { provider: 'openai' as const, model: 'm', dimension: 8 };
  const nowhere = createOpenAiEmbedder(model, { apiKey: 'k', baseUrl: 'http://127.0.0.1:1/v1' });
  await expect(nowhere.embed(['a'], 'passage', signal)).rejects.toMatchObject({
    code: 'embedding_unavailable',
    retryable: true,
  });
});

describe('which model', () => {
  const reach =
    (...providers: string[]) =>
    async (_workspace: string, provider: string) =>
      providers.includes(provider) ? { apiKey: 'k', baseUrl: server.url } : null;

  test.each([
    [undefined, ['openai', 'ollama'], 'openai:text-embedding-3-small@1536'],
    [undefined, ['google'], 'google:gemini-embedding-001@1536'],
    [undefined, ['ollama'], 'ollama:nomic-embed-text@768'],
    [undefined, [], undefined],
    ['none', ['openai'], undefined],
    ['ollama:my-model', ['openai', 'ollama'], 'ollama:my-model'],
    ['openai:text-embedding-3-large@256', ['openai'], 'openai:text-embedding-3-large@256'],
    ['google', ['openai'], undefined],
  ])('%s with keys of %j: %s', async (wanted, providers, name) => {
    const embedder = await createEmbedderFor(wanted, reach(...providers))('workspace');
    expect(embedder?.name).toBe(name);
  });

  test.each(['', 'cohere:x', 'openai:', 'openai:a b', 'openai@1', 'openai@99999'])(
    '%j is no model',
    (text) => {
      expect(parseEmbeddingModel(text)).toBeNull();
    },
  );

  test('costs what it costs', () => {
    const priceOf = (name: string, own = {}) => embeddingPriceOf(name, own).inputUsd;
    expect(priceOf('openai:text-embedding-3-small@1536')).toBe(0.02);
    expect(priceOf('ollama:nomic-embed-text@768')).toBe(0);
    expect(priceOf('google:embedding-of-tomorrow@768')).toBe(0.25);
    expect(priceOf('google:mine@768', { 'google:mine': { inputUsd: 0.01, outputUsd: 0 } })).toBe(0.01);
  });
});
