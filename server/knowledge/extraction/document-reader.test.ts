import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import { makePdf } from '../testing/make-pdf.ts';
import { openDocument, READER_LIMITS } from './document-reader.ts';
import type { FileFormat } from './file-kinds.ts';

const MIB = 1024 * 1024;
const signal = new AbortController().signal;

const open = (bytes: Uint8Array, format: FileFormat, limits = READER_LIMITS) =>
  openDocument({ bytes, format }, signal, limits);

async function textOf(bytes: Uint8Array, format: FileFormat): Promise<unknown> {
  const reader = await open(bytes, format);
  await reader.close();
  return reader.document;
}

describe('reads', () => {
  test('the pages of a PDF, one by one, with lines of a paragraph joined', async () => {
    const long =
      'A sentence that is so long that it does not fit into one line of the page and goes on in the next one.';
    const reader = await open(await makePdf(['First page.', long, 'Third.\nFourth.']), 'pdf');
    expect(reader.document).toEqual({ kind: 'pages', pageCount: 3 });
    expect(await reader.pages(2, 3)).toEqual([long, 'Third.\nFourth.']);
    expect(await reader.pages(1, 1)).toEqual(['First page.']);
    await reader.close();
  });

  test('a Word document: headings, paragraphs, lists and tables, without its pictures', async () => {
    const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
    const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell('Mug')}${cell('9 euros')}</w:tr></w:tbl>`;
    const docx = makeDocx(`${paragraph('Prices')}${paragraph('All in euros &amp; cents.')}${table}`);
    expect(await textOf(docx, 'docx')).toEqual({
      kind: 'text',
      text: expect.stringMatching(/^Prices\n+All in euros & cents\.\n+Mug\n+9 euros$/),
    });
  });

  test.each<[FileFormat, string, unknown]>([
    [
      'html',
      '<h1>Shipping</h1><script>x()</script><p>Two days</p>',
      { kind: 'text', text: 'Shipping\n\nTwo days' },
    ],
    ['text', 'A\0B\r\nC', { kind: 'text', text: 'AB\nC' }],
    ['csv', 'product;price\nMug;9', { kind: 'text', text: 'product: Mug\nprice: 9' }],
    [
      'csv',
      'Question,Answer\n"Do you\nship?",Yes\nEmpty?,\n',
      { kind: 'pairs', pairs: [{ question: 'Do you ship?', answer: 'Yes' }] },
    ],
  ])('%s: %j', async (format, content, document) => {
    expect(await textOf(Buffer.from(content), format)).toEqual(document);
  });
});

describe('says why it can not read', () => {
  test.each<[string, FileFormat, () => Uint8Array | Promise<Uint8Array>, string]>([
    ['a PDF that is none', 'pdf', () => Buffer.from('hello'), 'broken_file'],
    ['half a PDF', 'pdf', async () => (await makePdf(['a'])).slice(0, 300), 'broken_file'],
    ['an empty PDF', 'pdf', () => new Uint8Array(), 'broken_file'],
    ['a PDF with a password', 'pdf', encryptedPdf, 'encrypted_file'],
    ['a ZIP that is no document', 'docx', () => makeZip({ 'a.txt': Buffer.from('a') }), 'broken_file'],
    ['half a Word document', 'docx', () => makeDocx('').slice(0, 100), 'broken_file'],
    [
      'a document whose markup is broken',
      'docx',
      () => makeZip({ 'word/document.xml': Buffer.from('<w:') }),
      'broken_file',
    ],
    [
      'a Word document with a password',
      'docx',
      () => Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'encrypted_file',
    ],
    ['a bomb of a Word document', 'docx', zipBomb, 'unpacks_too_large'],
    ['text that is no UTF-8', 'text', () => new Uint8Array([0xff, 0x00, 0xc3, 0x28]), 'unsupported_encoding'],
  ])('%s', async (_what, format, make, code) => {
    const bytes = await make();
    await expect(open(bytes, format)).rejects.toMatchObject({ name: 'DocumentError', code });
  });

  test('a page that unpacks to more memory than there may be', async () => {
    const limits = { ...READER_LIMITS, externalMiB: 64 };
    const reader = await open(await pdfBomb(400 * MIB), 'pdf', limits);
    await expect(reader.pages(1, 1)).rejects.toMatchObject({ code: 'unpacks_too_large' });
    await reader.close();
  });

  test('a document that fills the heap', async () => {
    const limits = { ...READER_LIMITS, heapMiB: 16 };
    const deep = Buffer.from('<p>a'.repeat(1_200_000));
    await expect(open(deep, 'html', limits)).rejects.toMatchObject({ code: 'unpacks_too_large' });
  });

  test('a document that takes too long', async () => {
    const pdf = await makePdf(Array.from({ length: 50 }, () => 'A page.'));
    await expect(open(pdf, 'pdf', { ...READER_LIMITS, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'too_slow',
    });
    const reader = await open(pdf, 'pdf', { ...READER_LIMITS, totalMs: 20_000 });
    await reader.close();
  });

  test('who calls it off gets his own reason', async () => {
    const calling = new AbortController();
    const reading = openDocument({ bytes: await makePdf(['a']), format: 'pdf' }, calling.signal);
    calling.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

/** A page whose content is blanks, deflated a thousand times smaller. */
async function pdfBomb(size: number): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const packed = deflateSync(Buffer.alloc(size, ' '));
  const dictionary = pdf.context.obj({ Filter: 'FlateDecode', Length: packed.length });
  pdf.addPage().node.set(PDFName.of('Contents'), pdf.context.register(PDFRawStream.of(dictionary, packed)));
  return pdf.save({ useObjectStreams: false });
}

/** As a file looks that asks for a password: what stands in it can't be told without one. */
async function encryptedPdf(): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  pdf.addPage();
  const bytes = (length: number) => `<${'5a'.repeat(length)}>`;
  const text = Buffer.from(await pdf.save({ useObjectStreams: false })).toString('latin1');
  const encryption = `/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O ${bytes(32)} /U ${bytes(32)} >> /ID [${bytes(16)} ${bytes(16)}]`;
  return Buffer.from(text.replace(/trailer\s*<</, `trailer\n<< ${encryption}`), 'latin1');
}

/** Says of itself that it is small, and unpacks to 200 MiB. */
function zipBomb(): Uint8Array {
  return makeZip({ 'word/document.xml': Buffer.alloc(200 * MIB, ' ') }, { claims: 100 });
}

function makeDocx(body: string): Uint8Array {
  const xml = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
  const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
  const relations = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`;
  return makeZip({
    '[Content_Types].xml': Buffer.from(types),
    '_rels/.rels': Buffer.from(relations),
    'word/document.xml': Buffer.from(xml),
  });
}

/** @param options `claims`: the unpacked size that the file gives for every entry, instead of the true one */
function makeZip(entries: Record<string, Buffer>, options: { claims?: number } = {}): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const packed = deflateRawSync(content);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(8, 4);
    about.writeUInt32LE(crc32(content), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(options.claims ?? content.length, 18);
    about.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, place, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listed, end]);
}
