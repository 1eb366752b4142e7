import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { HttpProblem } from './problem.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request may come from a page that is not ours. Browsers name the page's origin; programs send none.
 * Used for unsafe methods and for opening WebSockets.
 * @param publicUrl the address that people use, e.g. behind a proxy that rewrites Host
 */
export function isForeignOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return headers['sec-fetch-site'] === 'cross-site';
  if (!URL.canParse(origin)) return true;
  const page = new URL(origin);
  return page.host !== host && page.origin !== new URL(publicUrl).origin;
}

/**
 * Refuses unsafe calls of other sites' pages (CSRF). Calls with an API key pass: a browser never adds one by itself.
 */
export function originCheck(publicUrl: () => string): RequestHandler {
  return (request, _response, next) => {
    const isSafe = SAFE_METHODS.has(request.method) || request.headers.authorization !== undefined;
    if (isSafe || !isForeignOrigin(request.headers, publicUrl())) return next();
    next(
      new HttpProblem(403, 'foreign-origin', 'Forbidden', 'Calls from pages of another origin are refused.'),
    );
  };
}
