import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export type WholeAnswer = { status: number; headers: IncomingHttpHeaders; body: string };

export type WholeRequest = {
  url: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
};

/**
 * Sends a request and takes its whole answer as UTF-8, for short answers to frequent requests: without the stream that
 * undici's `request` makes of a body, and without the functions behind it that keep what a request held from the quick
 * garbage collections (docs/decisions/what-ends-leaves-at-once.md).
 * @throws Error when the answer is larger than `maxBytes`; the reason of the signal; what undici says of the connection
 */
export function askWhole(
  dispatcher: Dispatcher,
  { url, signal, ...rest }: WholeRequest,
  maxBytes: number,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const { origin, pathname, search } = new URL(url);
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let size = 0;
    const parts: Buffer[] = [];
    const abort = () => controller?.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const over = () => signal.removeEventListener('abort', abort);
    dispatcher.dispatch(
      { ...rest, origin, path: pathname + search },
      {
        onRequestStart: (started) => {
          controller = started;
          // It may have waited for a connection until then.
          if (signal.aborted) abort();
        },
        onResponseStart: (_controller, statusCode, received) => {
          status = statusCode;
          headers = received;
        },
        onResponseData: (started, part) => {
          size += part.length;
          if (size > maxBytes) started.abort(new Error(`the answer is larger than ${maxBytes} bytes`));
          else parts.push(part);
        },
        onResponseEnd: () => {
          over();
          resolve({ status, headers, body: Buffer.concat(parts).toString('utf8') });
        },
        onResponseError: (_controller, error) => {
          over();
          reject(error);
        },
      },
    );
  });
}
