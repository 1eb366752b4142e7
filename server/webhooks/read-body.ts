import type { IncomingMessage } from 'node:http';
import { HttpProblem } from '../http/problem.ts';

/** Largest body of a webhook. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** What is read and thrown away of a body that is too large, so that the sender gets to read the answer. */
const MAX_DISCARDED_BYTES = 16 * MAX_BODY_BYTES;

/**
 * Reads the raw body. By events: iterating over a stream costs more than all else that is done with a small body.
 * @throws HttpProblem 413 when it is over 1 MiB, 400 when the sender breaks off
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const brokeOff = () => {
      reject(new HttpProblem(400, 'body-incomplete', 'Bad request', 'The body broke off.'));
    };
    const end = () => {
      // Every request is closed in the end, and an error that nobody gets costs its stack.
      request.off('close', brokeOff);
      if (bytes <= MAX_BODY_BYTES) resolve(Buffer.concat(chunks));
      else
        reject(
          new HttpProblem(413, 'body-too-large', 'Content too large', 'The body may have 1 MiB at most.'),
        );
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > MAX_DISCARDED_BYTES) {
        request.pause();
        end();
      }
    });
    if (request.destroyed) brokeOff();
    request.once('end', end);
    request.once('error', brokeOff);
    request.once('close', brokeOff);
  });
}
