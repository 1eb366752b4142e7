import { extname } from 'node:path';
import busboy from 'busboy';
import type { Request } from 'express';
import { HttpProblem } from '../http/problem.ts';
import { csvToText } from './csv-to-text.ts';
import { htmlToText } from './html-to-text.ts';
import type { DocumentText } from './store-document.ts';

export const MOST_UPLOAD_BYTES = 5 * 1024 * 1024;

type FileKind = { mimeType: string; toText: (content: string) => string };

const asItIs = (content: string) => content;
const KINDS: Record<string, FileKind> = {
  '.txt': { mimeType: 'text/plain', toText: asItIs },
  '.md': { mimeType: 'text/markdown', toText: asItIs },
  '.html': { mimeType: 'text/html', toText: htmlToText },
  '.htm': { mimeType: 'text/html', toText: htmlToText },
  '.csv': { mimeType: 'text/csv', toText: csvToText },
};

/**
 * Reads an uploaded file (multipart/form-data, one part with a file name, and `title` if wanted) as text.
 * @throws HttpProblem 400 for a broken or empty form; 413 past 5 MiB; 415 for other kinds of files and encodings
 */
export async function readUpload(request: Request): Promise<DocumentText> {
  const { title, file } = await readForm(request);
  if (!file || file.name === '')
    throw badForm('Send the document as a part of the form that has a file name.');
  if (file.truncated) {
    throw new HttpProblem(
      413,
      'file-too-large',
      'File too large',
      `The file is larger than ${MOST_UPLOAD_BYTES / 1024 / 1024} MiB.`,
    );
  }
  const kind = KINDS[extname(file.name).toLowerCase()];
  if (!kind) {
    throw new HttpProblem(
      415,
      'unsupported-file',
      'Unsupported file',
      `Documents can be ${Object.keys(KINDS).join(', ')} files.`,
    );
  }
  const text = kind.toText(decode(file.content));
  return {
    title: (title.trim() || file.name).slice(0, 300).replaceAll('\0', '').toWellFormed(),
    text,
    mimeType: kind.mimeType,
    sizeBytes: file.content.length,
  };
}

type Form = { title: string; file?: { name: string; content: Buffer; truncated: boolean } };

function readForm(request: Request): Promise<Form> {
  return new Promise((resolve, reject) => {
    const parser = createParser(request);
    const form: Form = { title: '' };
    const fail = (problem: HttpProblem) => {
      request.unpipe(parser);
      // What is still on its way is read and thrown away, so that the client gets to read the answer.
      request.resume();
      reject(problem);
    };
    parser.on('field', (name, value) => {
      if (name === 'title') form.title = value;
    });
    parser.on('file', (_name, stream, { filename }) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', () => fail(badForm('The form ended in the middle of the file.')));
      stream.on('close', () => {
        form.file = {
          name: filename ?? '',
          content: Buffer.concat(parts),
          truncated: stream.truncated === true,
        };
      });
    });
    parser.on('close', () => resolve(form));
    parser.on('error', () => fail(badForm('The form could not be read.')));
    request.on('aborted', () => fail(badForm('The upload was broken off.')));
    request.pipe(parser);
  });
}

function createParser(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: {
        fileSize: MOST_UPLOAD_BYTES,
        files: 1,
        fields: 5,
        fieldSize: 4_000,
        parts: 8,
        headerPairs: 50,
      },
    });
  } catch {
    throw badForm('The form has no boundary.');
  }
}

/** UTF-8, or UTF-16 with its mark; anything else would be stored as gibberish. */
function decode(content: Buffer): string {
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  try {
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(content);
  } catch {
    throw new HttpProblem(
      415,
      'unsupported-encoding',
      'Unsupported encoding',
      'The file is not UTF-8 text. Save it as UTF-8 and upload it again.',
    );
  }
}

const badForm = (detail: string) => new HttpProblem(400, 'bad-form', 'Bad request', detail);
