import type { RequestHandler } from 'express';
import express from 'express';
import { HttpProblem } from './problem.ts';

/** Forms and small documents; flows and uploads ask for more. */
export const DEFAULT_BODY_BYTES = 256 * 1024;

/**
 * Reads a JSON body into `request.body`; a request without a body gives `{}`.
 * Fails with 415 for other media types, 413 past `maxBytes`, 400 for text that is no JSON.
 */
export function readJson(maxBytes: number): RequestHandler[] {
  return [refuseOtherMediaTypes, express.json({ limit: maxBytes, strict: false, type: isJson }), emptyObject];
}

const refuseOtherMediaTypes: RequestHandler = (request, _response, next) => {
  if (!hasBody(request.headers) || isJson(request)) return next();
  next(
    new HttpProblem(
      415,
      'unsupported-media-type',
      'Unsupported media type',
      'Send the body as application/json.',
    ),
  );
};

const emptyObject: RequestHandler = (request, _response, next) => {
  request.body ??= hasBody(request.headers) ? request.body : {};
  next();
};

function hasBody(headers: { [name: string]: string | string[] | undefined }): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function isJson(request: { headers: { 'content-type'?: string } }): boolean {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
}
