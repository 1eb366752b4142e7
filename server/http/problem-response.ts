import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from '../log.ts';
import { HttpProblem } from './problem.ts';
import { requestId } from './request-id.ts';

/** Sends problem details (RFC 9457). */
export function sendProblem(response: Response, problem: HttpProblem): void {
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.toDetails()));
}

/**
 * The last handler of the app: turns whatever was thrown into problem details. What is not expected becomes a 500 that
 * tells nothing but an id, under which the error stands in the log.
 */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const expected = expectedProblem(error);
    if (expected) return sendProblem(response, expected);
    const id = requestId(response);
    log.error({ err: error, requestId: id }, 'request failed');
    sendProblem(response, isUnavailable(error) ? unavailable(id) : internalError(id));
  };
}

function internalError(id: string): HttpProblem {
  return new HttpProblem(
    500,
    'internal-error',
    'Internal error',
    `Something went wrong on our side. The log has it under ${id}.`,
  );
}

function unavailable(id: string): HttpProblem {
  return new HttpProblem(
    503,
    'unavailable',
    'Not available now',
    `The database or the queue can't be reached. Try again in a moment; the log has it under ${id}.`,
  );
}

/** Codes of a server that is gone, starting, stopping or full (Node's and PostgreSQL's). */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && UNAVAILABLE.has(code);
}

function expectedProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  return bodyProblem(error);
}

/** Errors of Express and its body parser carry a status, and a `type` that says what is wrong. */
function bodyProblem(error: unknown): HttpProblem | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  switch (error.status) {
    case 413:
      return new HttpProblem(
        413,
        'too-large',
        'Body too large',
        `The body is larger than ${limitOf(error)}.`,
      );
    case 415:
      return new HttpProblem(
        415,
        'unsupported-media-type',
        'Unsupported media type',
        'This charset or content encoding of the body is not supported.',
      );
    case 400:
      return type === 'entity.parse.failed'
        ? new HttpProblem(400, 'bad-json', 'Bad request', 'The body is not valid JSON.')
        : new HttpProblem(400, 'bad-request', 'Bad request', 'The request could not be read.');
    default:
      return null;
  }
}

function limitOf(error: Error): string {
  const limit = 'limit' in error && typeof error.limit === 'number' ? error.limit : null;
  if (limit === null) return 'allowed';
  return limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MiB` : `${limit / 1024} KiB`;
}
