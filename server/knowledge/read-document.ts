import type { Request, Response } from 'express';
import { documentRequestSchema } from '../contract/shapes.ts';
import { findUnstorable } from '../http/check-text.ts';
import { HttpProblem } from '../http/problem.ts';
import { readJson } from '../http/read-json.ts';
import { readUpload } from './read-upload.ts';
import type { DocumentText } from './store-document.ts';

/** Two million characters, each up to 4 bytes or an escape of 6. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;

/**
 * The document of a request: a file in a form, or JSON `{title, text}`.
 * @throws HttpProblem 400, 413, 415 for what is neither
 */
export async function readDocument(request: Request, response: Response): Promise<DocumentText> {
  if (request.is('multipart/form-data')) return readUpload(request);
  for (const handler of readJson(MOST_JSON_BYTES)) {
    await new Promise<void>((resolve, reject) => {
      void handler(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
  }
  const body: unknown = request.body;
  const unstorable = findUnstorable(body);
  if (unstorable) throw badDocument([unstorable]);
  const parsed = documentRequestSchema.safeParse(body);
  if (!parsed.success) {
    throw badDocument(
      parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    );
  }
  const { title, text } = parsed.data;
  return { title, text, mimeType: 'text/plain', sizeBytes: Buffer.byteLength(text) };
}

const badDocument = (errors: { path: string; message: string }[]) =>
  new HttpProblem(400, 'bad-request', 'Bad request', 'The document has fields that are missing or wrong.', {
    errors,
  });
