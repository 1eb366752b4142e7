import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/database.ts';
import { openPgvectorStore } from './pgvector-store.ts';
import { createPineconeStore } from './pinecone-store.ts';
import { createQdrantStore } from './qdrant-store.ts';
import { createScanStore } from './scan-store.ts';
import { startFakePinecone } from './testing/fake-pinecone.ts';
import { startFakeQdrant } from './testing/fake-qdrant.ts';
import { startPgvector } from './testing/start-pgvector.ts';
import { axis, between, createHome, DIMENSION } from './testing/vectors.ts';
import { normalised } from './vector-bytes.ts';
import type { VectorSearch, VectorStore } from './vector-store.ts';

const signal = new AbortController().signal;

type Opened = {
  store: VectorStore;
  pool?: pg.Pool;
  fail?: (status: number | null) => void;
  close(): Promise<void>;
};
type Open = (pool: pg.Pool) => Promise<Opened>;

const stores: Record<VectorStore['name'], Open> = {
  scan: async (pool) => {
    const store = createScanStore(pool);
    return { store, close: store.close };
  },
  pgvector: async () => {
    const database = await startPgvector();
    let reason = '';
    const store = await openPgvectorStore(database.pool, (why) => {
      reason = why;
    });
    if (!store) throw new Error(`The database of the tests has no pgvector: ${reason}`);
    return { store, pool: database.pool, close: database.close };
  },
  pinecone: async () => {
    const server = await startFakePinecone({ index: 'knowledge', apiKey: 'pc-key', dimension: DIMENSION });
    const store = createPineconeStore({ apiKey: 'pc-key', index: 'knowledge', controllerHost: server.url });
    return {
      store,
      fail: (status) => server.failWith(status === null ? null : { status, body: { message: 'no' } }),
      close: async () => server.close(),
    };
  },
  qdrant: async () => {
    const server = await startFakeQdrant();
    const store = createQdrantStore({ url: server.url });
    return {
      store,
      fail: (status) =>
        server.failWith(status === null ? null : { status, body: { status: { error: 'no' } } }),
      close: async () => server.close(),
    };
  },
};

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());

describe.each(Object.entries(stores))('%s', (name, open) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open(pool);
  });
  afterAll(() => opened.close());

  const storeTest = (what: string, run: (store: VectorStore, given: Opened) => Promise<void>) =>
    test(what, () => run(opened.store, opened));

  storeTest('finds the nearest, best first, with their cosine similarity', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 6);
    await store.upsert(
      home,
      home.vectors([axis(0), axis(1), between(0, 1), axis(2), between(0, 2), axis(3)]),
      signal,
    );
    const found = await store.search(axis(0), home.search({ limit: 3 }), signal);
    expect(found.map(({ chunkId }) => home.chunkIds.indexOf(chunkId)).slice(0, 1)).toEqual([0]);
    expect(
      found
        .slice(1)
        .map(({ chunkId }) => home.chunkIds.indexOf(chunkId))
        .sort(),
    ).toEqual([2, 4]);
    const half = expect.closeTo(Math.SQRT1_2, 3);
    expect(found.map(({ similarity }) => similarity)).toEqual([expect.closeTo(1, 3), half, half]);
  });

  storeTest('an empty workspace has nothing, and nothing to remove', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 0);
    expect(await store.search(axis(0), home.search({}), signal)).toEqual([]);
    await store.remove(home.workspaceId, [randomUUID()], signal);
  });

  storeTest('storing again replaces', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 1);
    await store.upsert(home, home.vectors([axis(0)]), signal);
    await store.upsert(home, home.vectors([axis(1)]), signal);
    const found = await store.search(axis(1), home.search({}), signal);
    expect(found).toEqual([{ chunkId: home.chunkIds[0], similarity: expect.closeTo(1, 5) }]);
  });

  storeTest('what is removed is not found', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 3);
    await store.upsert(home, home.vectors([axis(0), axis(1), axis(2)]), signal);
    expect(await store.search(axis(1), home.search({}), signal)).toHaveLength(3);
    await store.remove(home.workspaceId, [home.chunkIds[1] ?? '', randomUUID()], signal);
    const found = await store.search(axis(1), home.search({}), signal);
    expect(found.map(({ chunkId }) => chunkId).sort()).toEqual([home.chunkIds[0], home.chunkIds[2]].sort());
  });

  storeTest('workspaces are apart, for searching and for removing', async (store, given) => {
    const ours = await createHome(given.pool ?? pool, 1);
    const theirs = await createHome(given.pool ?? pool, 1);
    await store.upsert(ours, ours.vectors([axis(0)]), signal);
    await store.upsert(theirs, theirs.vectors([axis(0)]), signal);
    await store.remove(ours.workspaceId, theirs.chunkIds, signal);
    expect((await store.search(axis(0), theirs.search({}), signal)).map(({ chunkId }) => chunkId)).toEqual(
      theirs.chunkIds,
    );
    const across = { ...ours.search({}), knowledgeBaseIds: [theirs.knowledgeBaseId] };
    expect(await store.search(axis(0), across, signal)).toEqual([]);
  });

  storeTest('only the bases and documents that are asked for are searched', async (store, given) => {
    const one = await createHome(given.pool ?? pool, 2);
    const other = await createHome(given.pool ?? pool, 2, one.workspaceId);
    await store.upsert(one, one.vectors([axis(0), axis(1)]), signal);
    await store.upsert(other, other.vectors([axis(0), axis(1)]), signal);
    const idsOf = async (search: Partial<VectorSearch>) =>
      (await store.search(axis(0), one.search(search), signal)).map(({ chunkId }) => chunkId).sort();
    expect(await idsOf({ knowledgeBaseIds: [other.knowledgeBaseId] })).toEqual([...other.chunkIds].sort());
    expect(await idsOf({ documentIds: [one.documentId] })).toEqual([...one.chunkIds].sort());
    expect(await idsOf({})).toEqual([...one.chunkIds, ...other.chunkIds].sort());
    const neither = { knowledgeBaseIds: [one.knowledgeBaseId], documentIds: [other.documentId] };
    expect(await idsOf(neither)).toEqual([]);
  });

  storeTest('vectors of another model are not compared', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 2);
    const [first, second] = home.vectors([axis(0), axis(0)]);
    await store.upsert(home, [first!], signal);
    await store.upsert({ ...home, space: 'test:other' }, [second!], signal);
    const found = await store.search(axis(0), home.search({}), signal);
    expect(found.map(({ chunkId }) => chunkId)).toEqual([first!.chunkId]);
  });

  storeTest('hundreds of vectors in a few calls are all found', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 450);
    const vectors = home.chunkIds.map((_, index) =>
      normalised(axis(0).map((value, at) => value + (at === 1 ? index : 0))),
    );
    await store.upsert(home, home.vectors(vectors), signal);
    const found = await store.search(axis(0), home.search({ limit: 100 }), signal);
    expect(found.map(({ chunkId }) => chunkId)).toEqual(home.chunkIds.slice(0, 100));
  });

  const isRemote = name === 'pinecone' || name === 'qdrant';
  const remoteTest: typeof storeTest = isRemote ? storeTest : () => {};
  remoteTest('a store that is away says so, and whether another try makes sense', async (store, given) => {
    const fail = (status: number | null) => given.fail?.(status);
    const home = await createHome(given.pool ?? pool, 1);
    await store.upsert(home, home.vectors([axis(0)]), signal);
    for (const [status, retryable] of [
      [400, false],
      [401, false],
      [503, true],
    ] as const) {
      fail(status);
      await expect(store.search(axis(0), home.search({}), signal)).rejects.toMatchObject({
        name: 'VectorStoreError',
        retryable,
      });
    }
    fail(null);
    expect(await store.search(axis(0), home.search({}), signal)).toHaveLength(1);
  });

  storeTest('who no longer waits gets no answer', async (store, given) => {
    const home = await createHome(given.pool ?? pool, 1);
    await store.upsert(home, home.vectors([axis(0)]), signal);
    const gone = AbortSignal.abort(new Error('enough'));
    await expect(store.search(axis(0), home.search({}), gone)).rejects.toThrow();
  });
});
