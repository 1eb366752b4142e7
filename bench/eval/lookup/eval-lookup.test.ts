import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeEmbeddings } from '../../../server/knowledge/testing/fake-embeddings.ts';
import { createTestDatabase } from '../../../server/testing/database.ts';
import type { Evaluation, EvaluationConfig } from '../evaluation.ts';
import { embeddingsFor, evalLookup } from './eval-lookup.ts';
import type { LookupRow, LookupSet } from './read-lookup.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let embeddings: Awaited<ReturnType<typeof startFakeEmbeddings>>;
const folder = mkdtempSync(join(tmpdir(), 'replygraph-lookup-'));

beforeAll(async () => {
  [database, embeddings] = await Promise.all([createTestDatabase(), startFakeEmbeddings()]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  embeddings.close();
  await database.close();
});

const FILLER = 'The weather on the moor changes often and nobody minds. '.repeat(25);
const ask = (language: string, question: string, document: string, words = ''): LookupRow => ({
  language,
  question,
  expected: [{ document, words }],
});

function setOf(rows: LookupRow[], texts: Record<string, string>): LookupSet {
  const documents = Object.entries(texts).map(([name, text]) => {
    const file = join(folder, `${name}.md`);
    writeFileSync(file, text);
    return { name, file };
  });
  return { rows, documents, leftOut: {} };
}

function evaluation(model: string, config: EvaluationConfig): Evaluation {
  const signal = new AbortController().signal;
  return { model, config, progress: () => {}, onMiss: null, signal };
}

test('documents are ingested in passages and questions find them by their words', async () => {
  const set = setOf(
    [
      ask('en', 'is there a couch in the lobby', 'hotel'),
      ask('en', 'how is the moss jacket washed', 'care', 'cold water'),
      ask('de', 'gibt es ein Schwimmbad', 'hotel'),
    ],
    {
      hotel: 'A couch stands in the lobby.',
      care: `${FILLER}The moss jacket is washed with cold water.`,
    },
  );
  const result = await evalLookup(set, database.pool, evaluation('builtin', {}));
  expect(result).toMatchObject({
    documents: 2,
    questions: 3,
    recallAt1: 2 / 3,
    languages: { en: { recallAt1: 1 }, de: { recallAt5: 0, mrr: 0 } },
    searchedBy: { words: 3 },
    nothingFound: 1,
  });
  expect(embeddings.requests).toEqual([]);
});

test('with a model they are found by their meaning too', async () => {
  const set = setOf([ask('en', 'settee', 'hotel')], { hotel: 'A couch stands there.', other: 'A lake.' });
  const config = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: embeddings.url };
  const result = await evalLookup(set, database.pool, evaluation('openai', config));
  expect(result.recallAt1).toBe(1);
  expect(Object.keys(result.searchedBy)).toEqual([expect.stringMatching(/^openai:text-embedding-3-small/)]);
});

test('a document that can not be embedded ends it with the reason', async () => {
  embeddings.failWith({ status: 404, body: { error: { message: 'none' } } });
  const set = setOf([ask('en', 'settee', 'hotel')], { hotel: 'A couch stands there.' });
  const config = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: embeddings.url };
  const run = evalLookup(set, database.pool, evaluation('openai', config));
  await expect(run).rejects.toThrow(/The document "hotel" failed: .*no such embedding model/);
  embeddings.failWith(null);
});

test.each<[string, EvaluationConfig, string | undefined]>([
  ['builtin', { KNOWLEDGE_EMBEDDINGS: 'openai' }, 'none'],
  ['openai:gpt-5', {}, 'openai'],
  ['openai:gpt-5', { KNOWLEDGE_EMBEDDINGS: 'google:x' }, 'google:x'],
  ['anthropic', {}, undefined],
])('%s with %j embeds with %s', (model, config, embedding) => {
  expect(embeddingsFor(model, config)).toBe(embedding);
});
