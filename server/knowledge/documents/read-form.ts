import busboy from 'busboy';
import type { Request } from 'express';
import { HttpProblem } from '../../http/problem.ts';
import { MOST_UPLOAD_BYTES } from '../limits.ts';

export type Form = { title: string; file?: { name: string; content: Buffer; truncated: boolean } };

/**
 * Reads a form (multipart/form-data) with one file, and `title` if wanted.
 * @throws HttpProblem 400 for a broken form
 */
export function readForm(request: Request): Promise<Form> {
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

export const badForm = (detail: string) => new HttpProblem(400, 'bad-form', 'Bad request', detail);
