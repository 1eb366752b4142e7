import type { RequestHandler, Response } from 'express';
import { newId } from '../database/id.ts';
import type { Logger } from '../log.ts';

/** The id of the request, as the log and the header `X-Request-Id` have it. */
export function requestId(response: Response): string {
  return String(response.getHeader('X-Request-Id') ?? '');
}

/** Gives every request an id and, at debug level, a log line when it is answered. The query may hold secrets: not logged. */
export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const id = newId();
    response.setHeader('X-Request-Id', id);
    if (log.isLevelEnabled('debug')) {
      const startedAt = performance.now();
      const { method, path } = request;
      response.once('finish', () => {
        const durationMs = Math.round(performance.now() - startedAt);
        log.debug({ requestId: id, method, path, status: response.statusCode, durationMs }, 'request');
      });
    }
    next();
  };
}
