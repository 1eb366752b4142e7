import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nearest, openPgvectorStore } from './pgvector-store.ts';
import type { PgvectorDatabase } from './testing/start-pgvector.ts';
import { startPgvector } from './testing/start-pgvector.ts';
import { axis, createHome, DIMENSION } from './testing/vectors.ts';
import { normalised } from './vector-bytes.ts';
import type { VectorStore } from './vector-store.ts';

const signal = new AbortController().signal;
/** Enough for the planner to prefer the index to reading all rows. */
const MANY = 3_000;

let database: PgvectorDatabase;
let store: VectorStore;

beforeAll(async () => {
  database = await startPgvector();
  store = await opened(database.pool);
});
afterAll(() => database.close());

async function opened(pool: PgvectorDatabase['pool']): Promise<VectorStore> {
  const store = await openPgvectorStore(pool);
  if (!store) throw new Error('The database of the tests has no pgvector.');
  return store;
}

describe('a large workspace', () => {
  let large: Awaited<ReturnType<typeof createHome>>;
  const vectors = Array.from({ length: MANY }, (_, index) => circle(index / MANY));
  beforeAll(async () => {
    large = await createHome(database.pool, MANY);
    for (let from = 0; from < MANY; from += 500) {
      await store.upsert(large, large.vectors(vectors).slice(from, from + 500), signal);
    }
    await database.pool.query('analyze knowledge_vectors');
  }, 60_000);

  test('is searched by its HNSW index', async () => {
    const { text, values } = nearest(circle(0.5), large.search({}));
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(`Index Scan using knowledge_vectors_hnsw_${DIMENSION}`);
  });

  test('has its true nearest found by it', async () => {
    const found = await store.search(circle(0.5), large.search({ limit: 20 }), signal);
    const places = found.map(({ chunkId }) => large.chunkIds.indexOf(chunkId));
    const truly = Array.from({ length: 21 }, (_, index) => MANY / 2 - 10 + index);
    expect(truly).toEqual(expect.arrayContaining(places));
    expect(places).toHaveLength(20);
  });

  test('does not hide the few passages of a small one among its own', async () => {
    const small = await createHome(database.pool, 3);
    await store.upsert(small, small.vectors([axis(5), axis(6), axis(7)]), signal);
    const found = await store.search(circle(0.5), small.search({}), signal);
    expect(found.map(({ chunkId }) => chunkId).sort()).toEqual([...small.chunkIds].sort());
  });
});

test('vectors of several dimensions live side by side, also those that no index takes', async () => {
  const home = await createHome(database.pool, 3);
  const [small, large, larger] = [4, 1_536, 2_001].map((length) =>
    normalised([1, ...Array(length - 1).fill(0)]),
  );
  const ids = home.chunkIds;
  for (const [index, vector] of [small!, large!, larger!].entries()) {
    const stored = {
      chunkId: ids[index]!,
      knowledgeBaseId: home.knowledgeBaseId,
      documentId: home.documentId,
    };
    const scope = { ...home, space: `test:model@${vector.length}` };
    await store.upsert(scope, [{ ...stored, vector }], signal);
    const found = await store.search(vector, { ...home.search({}), space: scope.space }, signal);
    expect(found).toEqual([{ chunkId: ids[index], similarity: expect.closeTo(1, 5) }]);
  }
});

test('two processes that start and store at once share a table and its indexes', async () => {
  const pools = [database.connect(), database.connect()];
  const stores = await Promise.all(pools.map(opened));
  const homes = [await createHome(database.pool, 2), await createHome(database.pool, 2)];
  const twoOf = () => [normalised([1, 0, 0]), normalised([0, 1, 0])];
  await Promise.all(
    stores.map((each, index) => each.upsert(homes[index]!, homes[index]!.vectors(twoOf()), signal)),
  );
  for (const home of homes) {
    expect(await store.search(normalised([1, 0, 0]), home.search({}), signal)).toHaveLength(2);
  }
});

test('passages whose vectors a restored backup lacks are embedded again', async () => {
  const home = await createHome(database.pool, 2);
  const vectors = home.vectors([axis(0), axis(1)]);
  await store.upsert(home, vectors.slice(0, 1), signal);
  await database.pool.query(
    `update knowledge_chunks set embedding_model = 'test:model@8#pgvector' where document_id = $1`,
    [home.documentId],
  );
  await opened(database.pool);
  const { rows } = await database.pool.query<{ id: string }>(
    'select id from knowledge_chunks where document_id = $1 and embedding_model is null',
    [home.documentId],
  );
  expect(rows).toEqual([{ id: home.chunkIds[1] }]);
});

test('a passage that was deleted takes its vector along, and gets none any more', async () => {
  const home = await createHome(database.pool, 1);
  await store.upsert(home, home.vectors([axis(0)]), signal);
  await database.pool.query('delete from knowledge_chunks where document_id = $1', [home.documentId]);
  await store.upsert(home, home.vectors([axis(0)]), signal);
  expect(await store.search(axis(0), home.search({}), signal)).toEqual([]);
});

test('a role that may not create tables is told, and the transaction leaves nothing open', async () => {
  const pool = database.connect();
  const role = `plain_${randomUUID().slice(0, 8)}`;
  await pool.query(`create role ${role}`);
  try {
    await pool.query(`set role ${role}`);
    let reason = '';
    expect(
      await openPgvectorStore(pool, (why) => {
        reason = why;
      }),
    ).toBeNull();
    expect(reason).toMatch(/permission denied/);
  } finally {
    await pool.query('reset role');
    await pool.query(`drop role ${role}`);
  }
});

test('a database that is away, or a vector that it does not take, is a failure of the store', async () => {
  const pool = database.connect();
  const gone = await opened(pool);
  const home = await createHome(database.pool, 1);
  const tooLong = home.vectors([normalised([1, ...Array(16_000).fill(0)])]);
  await expect(store.upsert(home, tooLong, signal)).rejects.toMatchObject({ name: 'VectorStoreError' });
  await pool.end();
  const failure = { name: 'VectorStoreError', retryable: true };
  await expect(gone.search(axis(0), home.search({}), signal)).rejects.toMatchObject(failure);
  await expect(gone.upsert(home, home.vectors([axis(0)]), signal)).rejects.toMatchObject(failure);
  await expect(gone.remove(home.workspaceId, home.chunkIds, signal)).rejects.toMatchObject(failure);
});

/** A point on a half circle through the first two axes: neighbours are next to each other. */
function circle(share: number): Float32Array {
  const angle = share * Math.PI;
  return normalised([Math.cos(angle), Math.sin(angle), ...Array(DIMENSION - 2).fill(0)]);
}
