import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KnowledgeDocument } from '../../contract/shapes.ts';
import { documentSchema } from '../../contract/shapes.ts';
import { unmetered } from '../embeddings/meter.ts';
import { startFakeEmbeddings } from '../testing/fake-embeddings.ts';
import type { KnowledgeServer } from '../testing/knowledge-server.ts';
import { isDone, isReady, startKnowledgeServer } from '../testing/knowledge-server.ts';
import { cataloguePages, makePdf, seriesOf } from '../testing/make-pdf.ts';
import { createScanStore } from '../vector-stores/scan-store.ts';
import type { IngestDeps } from './ingest-document.ts';
import { ingestDocument } from './ingest-document.ts';
import { leaseDocument } from './lease.ts';

const PAGES = cataloguePages(200);
let embeddings: Awaited<ReturnType<typeof startFakeEmbeddings>>;
let server: KnowledgeServer;
let pdf: Uint8Array;

beforeAll(async () => {
  embeddings = await startFakeEmbeddings();
  server = await startKnowledgeServer({ embeddings: (id) => (id === server.ours ? embeddings.url : null) });
  pdf = await makePdf(PAGES);
});
afterAll(async () => {
  await server.close();
  embeddings.close();
});

async function uploaded(
  to: KnowledgeServer,
  base: string,
  name: string,
  content: string | Uint8Array,
  id?: string,
) {
  const answer = await to.upload(base, name, content, id);
  expect(answer.status).toBe(id ? 200 : 201);
  return documentSchema.parse(await answer.json());
}

async function passagesOf(id: string) {
  const { rows } = await server.pool.query<{
    id: string;
    position: number;
    page: number;
    text: string;
    model: string;
  }>(
    `select id, position, page, text, embedding_model as model from knowledge_chunks where document_id = $1 order by position`,
    [id],
  );
  return rows;
}

describe('a PDF of 200 pages', () => {
  let base: string;
  let document: KnowledgeDocument;

  beforeAll(async () => {
    base = await server.createBase('Catalogue');
    document = await uploaded(server, base, 'catalogue.pdf', pdf);
  });

  test('is accepted at once, and read and embedded with progress that grows', async () => {
    expect(['queued', 'reading']).toContain(document.status);
    const done = await server.until(base, document.id, isReady);
    expect(done).toMatchObject({ pagesRead: 200, pageCount: 200, error: null });
    expect(done.chunkCount).toBeGreaterThanOrEqual(200);
    expect(done.embeddedCount).toBe(done.chunkCount);

    const told = server.published
      .map(({ event }) => event)
      .filter(
        ({ type, data }) =>
          type === 'knowledge.progress' && (data as { documentId: string }).documentId === document.id,
      )
      .map(({ data }) => data as KnowledgeDocument);
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set(['reading', 'embedding', 'ready']));
    const reading = told.filter(({ status }) => status === 'reading').map(({ pagesRead }) => pagesRead ?? 0);
    expect(reading).toEqual(reading.toSorted((a, b) => a - b));
    expect(new Set(reading).size).toBeGreaterThan(15);
    const embedded = told
      .filter(({ status }) => status === 'embedding')
      .map(({ embeddedCount }) => embeddedCount);
    expect(new Set(embedded).size).toBeGreaterThan(3);
    expect(told.at(-1)).toMatchObject({ status: 'ready', knowledgeBaseId: base });
  });

  test.each([1, 2, 57, 118, 199, 200])('is found by what stands on page %i, with the page', async (page) => {
    await server.until(base, document.id, isReady);
    const [best] = await server.search(base, `What does the ${seriesOf(page - 1)} cost?`);
    expect(best).toMatchObject({ page, title: 'catalogue.pdf' });
    expect(best?.text).toContain(`costs ${page * 3} euros`);
  });

  test('keeps nothing of the file, and no page twice', async () => {
    await server.until(base, document.id, isReady);
    const { rowCount } = await server.pool.query('select 1 from knowledge_files where document_id = $1', [
      document.id,
    ]);
    expect(rowCount).toBe(0);
    const passages = await passagesOf(document.id);
    expect(passages.map(({ position }) => position)).toEqual(passages.map((_, index) => index));
    expect(new Set(passages.map(({ text }) => text)).size).toBe(passages.length);
    expect(new Set(passages.map(({ page }) => page)).size).toBe(200);
  });

  test('uploaded again with a page changed, writes and embeds that page alone', async () => {
    const before = await server.until(base, document.id, isReady).then(() => passagesOf(document.id));
    embeddings.requests.length = 0;
    const changed = PAGES.with(99, PAGES[99]!.replace('costs 300 euros', 'costs 299 euros'));
    await uploaded(server, base, 'catalogue.pdf', await makePdf(changed), document.id);
    await server.until(base, document.id, isReady);
    const after = await passagesOf(document.id);
    const kept = new Set(before.map(({ id }) => id));
    const added = after.filter(({ id }) => !kept.has(id));
    expect(after).toHaveLength(before.length);
    expect(new Set(added.map(({ page }) => page))).toEqual(new Set([100]));
    expect(embeddings.textsOf().sort()).toEqual(added.map(({ text }) => text).sort());
    expect(after.some(({ text }) => text.includes('costs 300 euros'))).toBe(false);
  });

  test('uploaded again with a page in front, embeds that page alone and moves the others', async () => {
    await server.until(base, document.id, isReady);
    embeddings.requests.length = 0;
    await uploaded(
      server,
      base,
      'catalogue.pdf',
      await makePdf(['A new page in front, about nothing.', ...PAGES]),
      document.id,
    );
    await server.until(base, document.id, isReady);
    const [best] = await server.search(base, `What does the ${seriesOf(56)} cost?`);
    expect(best).toMatchObject({ page: 58 });
    const embedded = embeddings.textsOf().filter((text) => !text.startsWith('What does'));
    expect(embedded.every((text) => text.includes('nothing') || text.includes('Article A1100'))).toBe(true);
  });

  test('uploaded again without a change, embeds nothing', async () => {
    const base = await server.createBase('Same');
    const small = await makePdf(PAGES.slice(0, 12));
    const first = await uploaded(server, base, 'a.pdf', small);
    await server.until(base, first.id, isReady);
    const before = await passagesOf(first.id);
    embeddings.requests.length = 0;
    await uploaded(server, base, 'a.pdf', small, first.id);
    await server.until(base, first.id, isReady);
    expect(await passagesOf(first.id)).toEqual(before);
    expect(embeddings.requests).toEqual([]);
  });
});

describe('interrupted', () => {
  const SOME = PAGES.slice(0, 45);

  /** Ends the ingestion before or after its n-th write, as if the process were gone. */
  async function ingestUntil(
    quiet: KnowledgeServer,
    stopAt: { when: 'before' | 'after'; write: number } | null,
  ) {
    const leased = await leaseDocument(quiet.pool, `test:${randomUUID()}`, []);
    if (!leased) return { isOver: true, writes: 0 };
    let writes = 0;
    const gone = new Error('The process is gone.');
    const vectors = createScanStore(quiet.pool);
    const deps: IngestDeps = {
      pool: quiet.pool,
      vectors,
      embedderFor: async () => embedder,
      download: async () => {
        throw gone;
      },
      onProgress: () => {},
      meter: unmetered,
      faults: async (_moment, write) => {
        writes += 1;
        if (stopAt?.when === 'before' && stopAt.write === writes) throw gone;
        const result = await write();
        if (stopAt?.when === 'after' && stopAt.write === writes) throw gone;
        return result;
      },
    };
    const isOver = await ingestDocument(deps, leased, new AbortController().signal).then(
      () => true,
      (error: unknown) => {
        if (error !== gone) throw error;
        return false;
      },
    );
    await vectors.close();
    return { isOver, writes };
  }

  const asked: string[] = [];
  const embedder = {
    name: 'test:model@4',
    leastSimilarity: 0,
    embed: async (texts: readonly string[]) => {
      asked.push(...texts);
      return { vectors: texts.map(() => new Float32Array([1, 0, 0, 0])), tokens: 1 };
    },
  };

  let quiet: KnowledgeServer;
  let small: Uint8Array;
  beforeAll(async () => {
    quiet = await startKnowledgeServer({ ingests: false });
    small = await makePdf(SOME);
  });
  afterAll(() => quiet.close());

  async function contentOf(id: string) {
    const { rows } = await quiet.pool.query(
      `select position, page, text, embedding_model from knowledge_chunks where document_id = $1 order by position`,
      [id],
    );
    return rows;
  }

  // Dozens of ingestions one after the other: minutes on a machine that is busy with other tests.
  test('at any write, it goes on where it was: nothing is lost, nothing twice', {
    timeout: 120_000,
  }, async () => {
    const base = await quiet.createBase('Interrupted');
    const whole = await uploaded(quiet, base, 'whole.pdf', small);
    const { writes } = await ingestUntil(quiet, null);
    expect(writes).toBeGreaterThan(5);
    const expected = await contentOf(whole.id);
    for (let write = 1; write <= writes; write++) {
      for (const when of ['before', 'after'] as const) {
        const document = await uploaded(quiet, base, `${when}-${write}.pdf`, small);
        asked.length = 0;
        expect((await ingestUntil(quiet, { when, write })).isOver).toBe(false);
        const halfway = await quiet.readDocument(base, document.id);
        const second = await ingestUntil(quiet, null);
        expect(second.isOver).toBe(true);
        expect(await contentOf(document.id)).toEqual(expected);
        expect(await quiet.readDocument(base, document.id)).toMatchObject({ status: 'ready', pagesRead: 45 });
        // What was stored was not written again; one batch of embeddings is asked for twice at most.
        expect(second.writes).toBeLessThanOrEqual(when === 'before' ? writes - write + 1 : writes - write);
        expect(asked.length).toBeLessThanOrEqual(expected.length + (halfway.status === 'embedding' ? 64 : 0));
      }
    }
  });

  test('a document of text without pages goes on too', async () => {
    const base = await quiet.createBase('Interrupted text');
    const text = Array.from(
      { length: 9_000 },
      (_, line) => `Line ${line} says that ${seriesOf(line)} is there.`,
    ).join('\n');
    const document = await uploaded(quiet, base, 'long.txt', text);
    expect(document.status).toBe('queued');
    await ingestUntil(quiet, { when: 'after', write: 1 });
    await ingestUntil(quiet, null);
    const passages = await contentOf(document.id);
    expect(passages.map(({ position }) => position)).toEqual(passages.map((_, index) => index));
    expect(new Set(passages.map((passage) => passage.text)).size).toBe(passages.length);
    expect((await quiet.search(base, seriesOf(8_999)))[0]?.text).toContain('Line 8999');
  });

  test('two processes never work on one document', async () => {
    const base = await quiet.createBase('Held');
    const document = await uploaded(quiet, base, 'held.pdf', small);
    await quiet.pool.query(
      `insert into processes (id, role, host, version) values ('alive', 'worker', 'here', '1'), ('dead', 'worker', 'here', '1')`,
    );
    await quiet.pool.query(`update processes set seen_at = now() - interval '1 minute' where id = 'dead'`);
    expect(await leaseDocument(quiet.pool, 'alive', [])).toMatchObject({ id: document.id });
    expect(await leaseDocument(quiet.pool, 'other', [])).toBeNull();
    await quiet.pool.query(`update knowledge_documents set lease_owner = 'dead' where id = $1`, [
      document.id,
    ]);
    expect(await leaseDocument(quiet.pool, 'other', [])).toMatchObject({ id: document.id });
  });

  test.each(['after ingest 2', 'before ingest 4', 'after ingest 6'])(
    'killed %s, another process finishes it',
    async (killAt) => {
      const base = await quiet.createBase('Killed');
      const document = await uploaded(quiet, base, 'killed.pdf', small);
      expect(await runProcess({ KILL_AT: killAt })).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await quiet.readDocument(base, document.id)).not.toMatchObject({ status: 'ready' });
      expect(await runProcess({})).toEqual({ code: 0, signal: null });
      expect(await quiet.readDocument(base, document.id)).toMatchObject({ status: 'ready', pagesRead: 45 });
      const passages = await contentOf(document.id);
      expect(passages.map(({ position }) => position)).toEqual(passages.map((_, index) => index));
      expect(new Set(passages.map((passage) => passage.text)).size).toBe(passages.length);
      const [best] = await quiet.search(base, `What does the ${seriesOf(40)} cost?`);
      expect(best).toMatchObject({ page: 41 });
    },
  );

  /** A process that ingests until nothing is left, then ends. */
  async function runProcess(environment: Record<string, string>) {
    const script = fileURLToPath(new URL('../testing/run-ingester.ts', import.meta.url));
    const child = spawn(process.execPath, [script, quiet.database.url, embeddings.url], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  }
});

describe('what can not be ingested', () => {
  test.each([
    ['broken.pdf', Buffer.from('%PDF-1.7 this is no PDF'), 'broken_file'],
    ['broken.docx', Buffer.from('PK this is no document'), 'broken_file'],
    [
      'old.docx',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      'encrypted_file',
    ],
  ])('%s fails with a reason, and leaves nothing behind', async (name, content, code) => {
    const base = await server.createBase('Bad');
    const { id } = await uploaded(server, base, name, content);
    const document = await server.until(base, id, isDone);
    expect(document).toMatchObject({ status: 'failed', error: { code }, chunkCount: 0 });
    expect(document.error?.message.length).toBeGreaterThan(30);
    expect(await passagesOf(id)).toEqual([]);
  });

  test('a PDF without text says that it may be scanned', async () => {
    const base = await server.createBase('Scanned');
    const { id } = await uploaded(server, base, 'scan.pdf', await makePdf(['', '']));
    expect(await server.until(base, id, isDone)).toMatchObject({
      status: 'failed',
      error: { code: 'no_text' },
    });
  });

  test('a replaced document whose new version is broken keeps the earlier one', async () => {
    const base = await server.createBase('Replaced');
    const { id } = await uploaded(server, base, 'a.pdf', await makePdf(['The gondola costs 12 guilders.']));
    await server.until(base, id, isReady);
    await uploaded(server, base, 'a.pdf', Buffer.from('%PDF nothing'), id);
    expect(await server.until(base, id, isDone)).toMatchObject({
      status: 'failed',
      error: { code: 'broken_file' },
    });
    expect((await server.search(base, 'gondola'))[0]?.text).toContain('12 guilders');
    // Trying again changes nothing about a broken file; another upload does.
    expect((await server.call('POST', `knowledge-bases/${base}/documents/${id}/retry`)).status).toBe(200);
    await uploaded(server, base, 'a.pdf', await makePdf(['The gondola costs 14 guilders.']), id);
    await server.until(base, id, isReady);
    expect((await server.search(base, 'gondola')).map(({ text }) => text)).toEqual([
      'The gondola costs 14 guilders.',
    ]);
  });

  test('a provider that refuses leaves the text found by words; tried again when it is mended, it is embedded', async () => {
    const base = await server.createBase('Refused');
    embeddings.failWith({ status: 401, body: { error: { message: 'bad key sk-secret' } } });
    const { id } = await uploaded(server, base, 'a.pdf', await makePdf(['The zeppelin costs 99 guilders.']));
    const failed = await server.until(base, id, isDone);
    embeddings.failWith(null);
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'embedding_key_refused' },
      embeddedCount: 0,
    });
    expect(failed.error?.message).not.toContain('secret');
    expect((await server.search(base, 'zeppelin'))[0]).toMatchObject({ page: 1 });
    expect((await server.call('POST', `knowledge-bases/${base}/documents/${id}/retry`)).status).toBe(200);
    expect(await server.until(base, id, isReady)).toMatchObject({ embeddedCount: 1, error: null });
    expect((await server.call('POST', `knowledge-bases/${base}/documents/${id}/retry`)).status).toBe(409);
  });

  test('a provider that is away is asked again later, by itself', async () => {
    const base = await server.createBase('Away');
    embeddings.failWith({ status: 503, body: { error: { message: 'busy' } } });
    const { id } = await uploaded(server, base, 'a.pdf', await makePdf(['The airship costs 98 guilders.']));
    const waiting = await server.until(base, id, ({ error }) => error !== null);
    expect(waiting).toMatchObject({ status: 'embedding', error: { code: 'embedding_unavailable' } });
    embeddings.failWith(null);
    await server.pool.query(
      `update knowledge_documents set updated_at = now() - interval '1 hour' where id = $1`,
      [id],
    );
    expect(await server.until(base, id, isReady)).toMatchObject({ embeddedCount: 1 });
  });
});

describe('a page of the web', () => {
  let html = '<title>Shop</title><p>The tandem costs 400 euros.</p>';
  let status = 200;
  let latin = Buffer.alloc(0);
  const site = createServer((request, response) => {
    if (request.url === '/catalogue') {
      response.writeHead(200, { 'content-type': 'application/pdf' }).end(pdf);
      return;
    }
    if (request.url === '/latin') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(latin);
      return;
    }
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  let address: string;

  beforeAll(async () => {
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    address = `http://shop.example:${(site.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    site.closeAllConnections();
    site.close();
  });

  async function add(base: string, path: string) {
    const answer = await server.post(`${base}/documents`, { url: `${address}${path}` });
    expect(answer.status).toBe(201);
    return documentSchema.parse(await answer.json());
  }

  test('is fetched, read and found; read again, it is up to date', async () => {
    const base = await server.createBase('Web');
    const { id, url, source } = await add(base, '/prices');
    expect({ url, source }).toEqual({ url: `${address}/prices`, source: 'url' });
    await server.until(base, id, isReady);
    expect((await server.search(base, 'tandem'))[0]?.text).toContain('400 euros');
    html = '<p>The tandem costs 500 euros.</p>';
    expect((await server.call('POST', `knowledge-bases/${base}/documents/${id}/refresh`)).status).toBe(200);
    await server.until(base, id, isReady);
    expect((await server.search(base, 'tandem')).map(({ text }) => text)).toEqual([
      'The tandem costs 500 euros.',
    ]);
  });

  test('may be a PDF', async () => {
    const base = await server.createBase('Web PDF');
    const { id } = await add(base, '/catalogue');
    expect(await server.until(base, id, isReady)).toMatchObject({
      mimeType: 'application/pdf',
      pageCount: 200,
    });
  });

  test('is read as it says it is written', async () => {
    const base = await server.createBase('Web latin');
    latin = Buffer.from('<meta charset="iso-8859-1"><p>Grüße aus Köln, die Straße ist lang.</p>', 'latin1');
    const { id } = await add(base, '/latin');
    await server.until(base, id, isReady);
    expect((await server.search(base, 'Köln Straße'))[0]?.text).toBe('Grüße aus Köln, die Straße ist lang.');
  });

  test('that is not there fails with the reason; when it is, trying again reads it', async () => {
    const base = await server.createBase('Web gone');
    status = 404;
    const { id } = await add(base, '/gone');
    expect(await server.until(base, id, isDone)).toMatchObject({
      status: 'failed',
      error: { code: 'page_refused' },
    });
    status = 200;
    await server.call('POST', `knowledge-bases/${base}/documents/${id}/retry`);
    expect((await server.until(base, id, isReady)).chunkCount).toBe(1);
  });

  test('inside the own network is refused', async () => {
    const base = await server.createBase('Web inside');
    const answer = await server.post(`${base}/documents`, { url: 'http://169.254.169.254/latest/meta-data' });
    const { id } = documentSchema.parse(await answer.json());
    expect(await server.until(base, id, isDone)).toMatchObject({
      status: 'failed',
      error: { code: 'address_refused' },
    });
  });

  test('a document without an address has nothing to read again', async () => {
    const base = await server.createBase('No web');
    const { id } = await uploaded(server, base, 'a.txt', 'Hello there.');
    expect((await server.call('POST', `knowledge-bases/${base}/documents/${id}/refresh`)).status).toBe(409);
  });
});

test('another model embeds everything anew, in the background, and nothing of the old one is compared', async () => {
  const other = await startKnowledgeServer({
    embeddings: () => embeddings.url,
    config: { KNOWLEDGE_EMBEDDINGS: 'openai:text-embedding-3-small@32' },
  });
  const base = await other.createBase('Models');
  const { id } = await uploaded(other, base, 'a.pdf', await makePdf(PAGES.slice(0, 3)));
  await other.until(base, id, isReady);
  const models = async () => {
    const { rows } = await other.pool.query<{ model: string; bytes: number }>(
      `select distinct embedding_model as model, octet_length(embedding) as bytes from knowledge_chunks where document_id = $1`,
      [id],
    );
    return rows;
  };
  expect(await models()).toEqual([{ model: 'openai:text-embedding-3-small@32', bytes: 128 }]);
  await other.knowledge.stop();

  const next = await startKnowledgeServer(
    {
      embeddings: () => embeddings.url,
      config: { KNOWLEDGE_EMBEDDINGS: 'openai:text-embedding-3-large@16' },
    },
    other.database,
  );
  await expect.poll(models).toEqual([{ model: 'openai:text-embedding-3-large@16', bytes: 64 }]);
  await next.close();
  await other.close();
});
