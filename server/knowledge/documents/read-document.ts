import type { Request, Response } from 'express';
import type { z } from 'zod';
import {
  pairDocumentRequestSchema,
  pairsDocumentRequestSchema,
  urlDocumentRequestSchema,
} from '../../contract/knowledge.ts';
import { documentRequestSchema } from '../../contract/shapes.ts';
import { findUnstorable } from '../../http/check-text.ts';
import { HttpProblem } from '../../http/problem.ts';
import { readJson } from '../../http/read-json.ts';
import { storableText } from '../extraction/decode-text.ts';
import { MOST_BYTES_AT_ONCE } from '../limits.ts';
import { hashOf } from '../text-hash.ts';
import type { NewDocument } from './new-document.ts';
import { readUpload } from './read-upload.ts';

/** Two million characters, each up to 4 bytes or an escape of 6. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;

/**
 * The document of a request: a file in a form, or JSON: `{title, text}`, `{url, title?}`, `{question, answer}` or
 * `{title, pairs: [{question, answer}]}`.
 * @throws HttpProblem 400, 413, 415 for what is none of these
 */
export async function readDocument(request: Request, response: Response): Promise<NewDocument> {
  if (request.is('multipart/form-data')) return readUpload(request);
  for (const handler of readJson(MOST_JSON_BYTES)) {
    await new Promise<void>((resolve, reject) => {
      void handler(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
  }
  const body: unknown = request.body;
  const unstorable = findUnstorable(body);
  if (unstorable) throw badDocument([unstorable]);
  const has = (field: string) => typeof body === 'object' && body !== null && field in body;
  if (has('url')) return ofAddress(parsed(urlDocumentRequestSchema, body));
  if (has('pairs')) {
    const { title, pairs } = parsed(pairsDocumentRequestSchema, body);
    return ofPairs(title, pairs);
  }
  if (has('question') || has('answer')) {
    const pair = parsed(pairDocumentRequestSchema, body);
    return ofPairs(pair.question.slice(0, 300), [pair]);
  }
  return ofText(parsed(documentRequestSchema, body));
}

function ofText({ title, text }: { title: string; text: string }): NewDocument {
  const bytes = Buffer.from(text);
  const about = { title, mimeType: 'text/plain', sizeBytes: bytes.length, source: 'text' as const };
  if (bytes.length > MOST_BYTES_AT_ONCE) return { ...about, kind: 'file', bytes };
  return {
    ...about,
    kind: 'read',
    content: { kind: 'text', text: storableText(text) },
    contentHash: hashOf(bytes),
  };
}

function ofPairs(title: string, pairs: { question: string; answer: string }[]): NewDocument {
  const text = JSON.stringify(pairs);
  return {
    title,
    mimeType: 'text/plain',
    sizeBytes: Buffer.byteLength(text),
    source: 'faq',
    kind: 'read',
    content: { kind: 'pairs', pairs },
    contentHash: hashOf(text),
  };
}

function ofAddress({ url, title }: { url: string; title?: string | undefined }): NewDocument {
  const { host, pathname, href } = new URL(url);
  return {
    title: title ?? `${host}${pathname}`.replace(/\/$/, '').slice(0, 300),
    mimeType: 'text/html',
    sizeBytes: 0,
    source: 'url',
    kind: 'page',
    url: href,
  };
}

function parsed<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw badDocument(
    result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

const badDocument = (errors: { path: string; message: string }[]) =>
  new HttpProblem(400, 'bad-request', 'Bad request', 'The document has fields that are missing or wrong.', {
    errors,
  });
