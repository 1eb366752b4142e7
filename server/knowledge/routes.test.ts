import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProblemDetails } from '../contract/shapes.ts';
import { documentSchema, knowledgeBaseSchema, pageOf } from '../contract/shapes.ts';
import { MOST_DOCUMENTS_PER_BASE } from './limits.ts';
import type { KnowledgeServer } from './testing/knowledge-server.ts';
import { isReady, startKnowledgeServer } from './testing/knowledge-server.ts';

let server: KnowledgeServer;
let url: string;

beforeAll(async () => {
  server = await startKnowledgeServer();
  url = server.url;
});
afterAll(() => server.close());

const SHOP_FAQ = [
  [
    'Delivery',
    'We ship to all countries of the European Union. Parcels arrive within 3 to 5 working days. Orders above 50 € are shipped free of charge.',
  ],
  [
    'Returns',
    'You can send anything back within 30 days. We refund the full price as soon as your parcel reaches us. Worn shoes cannot be returned.',
  ],
  ['Opening hours', 'The store is open Monday to Saturday from 10 to 19. On Sundays we are closed.'],
  [
    'Sizes',
    'Our hoodies run small. If you are between two sizes, choose the larger one. The model is 178 cm tall and wears M.',
  ],
  ['Care', 'Wash at 30 degrees, inside out. Do not tumble dry.'],
  ['Payment', 'You can pay by credit card, PayPal or Klarna instalments.'],
] as const;

describe('search', () => {
  let base: string;
  beforeAll(async () => {
    base = await createBase('Shop');
    for (const [title, text] of SHOP_FAQ) await post(`${base}/documents`, { title, text });
  });

  test.each([
    ['How long until my package arrives?', 'Delivery'],
    ['do you deliver to France', 'Delivery'],
    ['Is shipping free?', 'Delivery'],
    ['Wie lange dauert der Versand?', 'Delivery'],
    ['¿Hacen envíos a España?', 'Delivery'],
    ['Can I get my money back if I return it?', 'Returns'],
    ['How do refunds work?', 'Returns'],
    ['Quero uma devolução', 'Returns'],
    ['Are you open on Sunday?', 'Opening hours'],
    ['Wann habt ihr geöffnet?', 'Opening hours'],
    ['what size should I take, S or M', 'Sizes'],
    ['How tall is the model', 'Sizes'],
    ['can I put it in the washing machine?', 'Care'],
    ['do u accept paypal', 'Payment'],
    ['Kann ich mit Karte zahlen?', 'Payment'],
  ])('%s -> %s', async (query, title) => {
    const [best] = await search(base, query);
    expect(best?.title).toBe(title);
  });

  test.each([
    'What is the capital of Mongolia?',
    'Do you believe in ghosts?',
    'lol 😂😂',
    'the and of',
    '🔥',
    `'; drop table knowledge_chunks; --`,
    `'a':* & !(b | c) <-> \\`,
  ])('finds nothing for %j', async (query) => {
    expect(await search(base, query)).toEqual([]);
  });

  test('another workspace sees nothing', async () => {
    const query = { knowledgeBase: base, query: 'delivery', limit: 5 };
    const signal = new AbortController().signal;
    const service = server.knowledge.serviceFor(server.theirs);
    await expect(service.search(query, signal)).rejects.toMatchObject({ code: 'knowledge_base_not_found' });
    expect(await service.search({ query: 'delivery', limit: 5 }, signal)).toEqual([]);
    expect((await post(`${base}/search`, { query: 'delivery' }, 'theirs')).status).toBe(404);
    expect((await fetch(`${url}/${base}`, { headers: { authorization: 'theirs' } })).status).toBe(404);
    expect((await fetch(url, { headers: { authorization: 'theirs' } }).then(bodyOf)).items).toEqual([]);
    expect((await post(`${base}/documents`, { title: 'a', text: 'b' }, 'theirs')).status).toBe(404);
    const removed = await fetch(`${url}/${base}`, { method: 'DELETE', headers: { authorization: 'theirs' } });
    expect(removed.status).toBe(404);
  });

  test('without a base, all bases of the workspace are searched', async () => {
    const service = server.knowledge.serviceFor(server.ours);
    const passages = await service.search({ query: 'opening hours', limit: 2 }, new AbortController().signal);
    expect(passages[0]?.title).toBe('Opening hours');
    expect(passages.length).toBeLessThanOrEqual(2);
  });
});

describe('documents', () => {
  test.each([
    [
      'faq.csv',
      'question,answer\nIs parking free?,Yes for two hours',
      'text/csv',
      'parking',
      'Is parking free?\nYes for two hours',
    ],
    [
      'page.html',
      '<h1>Vouchers</h1><p>Valid for three years</p><script>x()</script>',
      'text/html',
      'vouchers valid',
      'Vouchers\n\nValid for three years',
    ],
    [
      'notes.md',
      '# Team\nAnna leads the **kitchen**',
      'text/markdown',
      'kitchen',
      '# Team\nAnna leads the **kitchen**',
    ],
    ['日本.txt', '東京まで三日で届きます。', 'text/plain', '東京に届きますか', '東京まで三日で届きます。'],
  ])('a file %s is read and found', async (name, content, mimeType, query, text) => {
    const base = await createBase('Files');
    const answer = await upload(base, name, content);
    expect(answer.status).toBe(201);
    const document = documentSchema.parse(await answer.json());
    expect(document).toMatchObject({
      title: name,
      mimeType,
      status: 'ready',
      chunkCount: 1,
      embeddedCount: 0,
      sizeBytes: Buffer.byteLength(content),
    });
    expect((await search(base, query)).map((passage) => passage.text)).toEqual([text]);
  });

  test('a long document is found by what stands at its end, and is gone when it is deleted', async () => {
    const base = await createBase('Long');
    const filler = Array.from(
      { length: 3_000 },
      (_, index) => `Paragraph ${index} is about weather and tea.`,
    ).join('\n');
    const answer = await post(`${base}/documents`, {
      title: 'Manual',
      text: `${filler}\nThe zeppelin costs 12 guilders.`,
    });
    const document = documentSchema.parse(await answer.json());
    expect(document.chunkCount).toBeGreaterThan(100);
    expect((await search(base, 'price of the zeppelin'))[0]?.text).toContain('12 guilders');
    const listed = pageOf(documentSchema).parse(await fetch(`${url}/${base}/documents`).then(bodyOf));
    expect(listed.items.map((each) => each.id)).toEqual([document.id]);
    const removed = await fetch(`${url}/${base}/documents/${document.id}`, { method: 'DELETE' });
    expect(removed.status).toBe(204);
    expect(await search(base, 'zeppelin')).toEqual([]);
    const { rows } = await server.pool.query('select 1 from knowledge_chunks where document_id = $1', [
      document.id,
    ]);
    expect(rows).toEqual([]);
  });

  test.each([
    ['an empty text', () => ({ title: 'a', text: '' }), 400, 'bad-request'],
    ['no title', () => ({ text: 'a' }), 400, 'bad-request'],
    ['a NUL', () => ({ title: 'a', text: 'a\0b' }), 400, 'bad-request'],
    ['blanks', () => ({ title: 'a', text: ' \n ' }), 422, 'no-text'],
    ['too long a text', () => ({ title: 'a', text: 'a'.repeat(2_000_001) }), 400, 'bad-request'],
  ])('%s is refused', async (_what, body, status, code) => {
    const base = await createBase('Bad');
    const answer = await post(`${base}/documents`, body());
    const problem = (await answer.json()) as ProblemDetails;
    expect({ status: answer.status, type: problem.type }).toEqual({
      status,
      type: `https://replygraph.dev/problems/${code}`,
    });
    expect(await documentCount(base)).toBe(0);
  });

  test.each([
    ['another kind of file', 'a.exe', 'MZ', 415],
    ['a file that is no UTF-8', 'a.txt', new Uint8Array([0xff, 0x00, 0xc3, 0x28]), 415],
    ['a file of 6 MiB of text', 'a.txt', 'a'.repeat(6 * 1024 * 1024), 413],
    ['a PDF of 26 MiB', 'a.pdf', 'a'.repeat(26 * 1024 * 1024), 413],
    ['an empty file', 'a.txt', '', 422],
  ])('%s is refused', async (_what, name, content, status) => {
    const base = await createBase('Bad files');
    expect((await upload(base, name, content)).status).toBe(status);
    expect(await documentCount(base)).toBe(0);
  });

  test.each([
    [
      'a form without a file',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="title"\r\n\r\na\r\n--x--\r\n',
      400,
    ],
    ['a form without a boundary', 'multipart/form-data', 'a', 400],
    [
      'a form that breaks off',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="f"; filename="a.txt"\r\n\r\nab',
      400,
    ],
    ['text', 'text/plain', 'hello', 415],
    ['broken JSON', 'application/json', '{', 400],
  ])('%s is refused', async (_what, type, body, status) => {
    const base = await createBase('Bad forms');
    const answer = await fetch(`${url}/${base}/documents`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('a full base takes no more', async () => {
    const base = await createBase('Full');
    await server.pool.query(
      `insert into knowledge_documents (id, workspace_id, knowledge_base_id, title, mime_type, size_bytes, chunk_count)
       select gen_random_uuid(), $1, $2, 'x', 'text/plain', 1, 0 from generate_series(1, $3)`,
      [server.ours, base, MOST_DOCUMENTS_PER_BASE],
    );
    expect((await post(`${base}/documents`, { title: 'a', text: 'b' })).status).toBe(409);
  });

  test('a document is read, replaced and seen by its own workspace alone', async () => {
    const base = await createBase('Replaced');
    const first = documentSchema.parse(
      await post(`${base}/documents`, { title: 'Hours', text: 'Open until 6.' }).then(bodyOf),
    );
    const path = `${url}/${base}/documents/${first.id}`;
    const put = (authorization: string) =>
      fetch(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ title: 'Opening', text: 'Open until 8.' }),
      });
    for (const authorization of ['theirs', 'viewer']) {
      expect((await put(authorization)).status).toBe(authorization === 'theirs' ? 404 : 403);
    }
    expect((await fetch(path, { headers: { authorization: 'theirs' } })).status).toBe(404);
    expect((await put('')).status).toBe(200);
    expect(await search(base, 'opening')).toMatchObject([{ title: 'Opening', text: 'Open until 8.' }]);
  });

  test.each([
    [{ question: 'Do you gift-wrap?', answer: 'Yes, for 3 euros.' }, 'Do you gift-wrap?'],
    [{ title: 'Gifts', pairs: [{ question: 'Do you gift-wrap?', answer: 'Yes, for 3 euros.' }] }, 'Gifts'],
  ])('pairs of questions and answers are passages of their own: %j', async (body, title) => {
    const base = await createBase('Pairs');
    const document = documentSchema.parse(await post(`${base}/documents`, body).then(bodyOf));
    expect(document).toMatchObject({ title, source: 'faq', chunkCount: 1 });
    expect((await search(base, 'gift wrap'))[0]?.text).toBe('Do you gift-wrap?\nYes, for 3 euros.');
  });

  test.each([
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'not an address' }, 'url'],
    [{ url: 'https://anna:secret@example.com/' }, 'url'],
    [{ question: 'A?' }, 'answer'],
    [{ title: 'A', pairs: [] }, 'pairs'],
    [{ question: 'x'.repeat(501), answer: 'A' }, 'question'],
  ])('%j is refused, with the field', async (body, field) => {
    const base = await createBase('Bad');
    const answer = await post(`${base}/documents`, body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as ProblemDetails).errors?.map(({ path }) => path)).toContain(field);
  });

  test('a large file of text is read in the background', async () => {
    const base = await createBase('Large');
    const text = 'The nightingale sings at dawn. '.repeat(12_000);
    const document = documentSchema.parse(await upload(base, 'large.md', text).then(bodyOf));
    expect(document.status).toBe('queued');
    expect((await server.until(base, document.id, isReady)).chunkCount).toBeGreaterThan(300);
  });

  test('a viewer adds nothing', async () => {
    const base = await createBase('Mine');
    expect((await post(`${base}/documents`, { title: 'a', text: 'b' }, 'viewer')).status).toBe(403);
  });
});

test('bases are paged, counted and deleted with what they hold', async () => {
  const before = await allBases();
  const base = await createBase('Paged', 'What we sell');
  await post(`${base}/documents`, { title: 'a', text: 'some text' });
  const bases = await allBases();
  expect(bases).toHaveLength(before.length + 1);
  expect(bases[0]).toMatchObject({ id: base, name: 'Paged', description: 'What we sell', documentCount: 1 });
  expect((await fetch(`${url}/${base}`, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(`${url}/${base}`)).status).toBe(404);
  expect(await allBases()).toHaveLength(before.length);
});

async function allBases() {
  const found = [];
  for (let cursor = ''; ; ) {
    const page = pageOf(knowledgeBaseSchema).parse(await fetch(`${url}?limit=2${cursor}`).then(bodyOf));
    found.push(...page.items);
    if (!page.nextCursor) return found;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

const bodyOf = (answer: Response) => answer.json();

const post = (path: string, body: unknown, authorization?: string) => server.post(path, body, authorization);
const createBase = (name: string, description?: string) => server.createBase(name, description);
const upload = (base: string, name: string, content: string | Uint8Array) =>
  server.upload(base, name, content);
const search = (base: string, query: string) => server.search(base, query);

async function documentCount(base: string): Promise<number> {
  return knowledgeBaseSchema.parse(await fetch(`${url}/${base}`).then(bodyOf)).documentCount;
}
