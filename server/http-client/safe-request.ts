import type { Readable } from 'node:stream';
import { Agent, request as send } from 'undici';
import { NodeError } from '../../engine/errors.ts';
import type { HttpRequest, HttpService } from '../../engine/services.ts';
import type { AddressRules } from './checked-lookup.ts';
import { createCheckedLookup, refuseBadLiteral } from './checked-lookup.ts';
import { readBody, readBodyBytes } from './read-body.ts';
import type { Hop } from './redirect.ts';
import { nextHop, parseAddress } from './redirect.ts';

const MAX_REDIRECTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;

/** Codes of a connection that never came about: the other side has seen nothing of the request. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Bytes of an address, under the rules of HTTP for flows. */
export type Download = (
  request: { url: string; timeoutMs: number; maxBytes: number },
  signal: AbortSignal,
) => Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }>;

/**
 * HTTP for flows. It reaches public addresses only: each name is resolved here, checked, and connected to at the address
 * that was checked, for every redirect anew. Time and size of the answer are limited; nothing of the environment's proxy
 * settings is used.
 */
export function createHttpService(rules: AddressRules = {}): HttpService & { download: Download } {
  const agent = new Agent({
    connect: { lookup: createCheckedLookup(rules), timeout: CONNECT_TIMEOUT_MS },
    connections: 20,
    maxHeaderSize: 32_768,
  });

  async function exchange<T>(
    request: HttpRequest,
    signal: AbortSignal,
    read: (body: Readable, headers: Record<string, string>) => Promise<T>,
  ): Promise<{ status: number; headers: Record<string, string>; body: T }> {
    const timeLimit = AbortSignal.timeout(request.timeoutMs);
    const either = AbortSignal.any([signal, timeLimit]);
    let hop = firstHop(request);
    const firstUrl = hop.url.href;
    try {
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        refuseBadLiteral(hop.url, rules);
        const answer = await send(hop.url, {
          dispatcher: agent,
          method: hop.method,
          headers: hop.headers,
          body: hop.body ?? null,
          signal: either,
        });
        const headers = plainHeaders(answer.headers);
        const next = nextHop(hop, answer.statusCode, headers.location);
        if (!next) {
          const body = await read(answer.body, headers);
          return { status: answer.statusCode, headers, body };
        }
        // The rest of a redirect is of no interest; what is small is read so that the connection can be used again.
        await answer.body.dump({ limit: 16_384, signal: either });
        hop = next;
      }
    } catch (error) {
      const failure = toNodeError(error, hop, { signal, timeLimit, timeoutMs: request.timeoutMs });
      throw hop.url.href === firstUrl ? failure : afterRedirect(failure);
    }
    throw new NodeError('too_many_redirects', `${hop.url.host} redirects more than ${MAX_REDIRECTS} times.`, {
      outcome: 'unknown',
    });
  }

  return {
    request: (request, signal) =>
      exchange(request, signal, (body, headers) => readBody(body, headers, request.maxBytes)),
    download: async ({ url, timeoutMs, maxBytes }, signal) => {
      const read = (body: Readable, headers: Record<string, string>) =>
        readBodyBytes(body, headers, maxBytes);
      const request = { method: 'GET' as const, url, timeoutMs, maxBytes };
      const { body: bytes, ...answer } = await exchange(request, signal, read);
      return { ...answer, bytes };
    },
  };
}

function firstHop(request: HttpRequest): Hop {
  const headers: Record<string, string> = { 'user-agent': 'Replygraph', 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    url: parseAddress(request.url),
    method: request.method,
    headers,
    ...(request.body !== undefined && { body: request.body }),
  };
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Says what happened in the terms of a flow. Messages name the host alone: paths and queries may hold keys. */
function toNodeError(
  error: unknown,
  hop: Hop,
  context: { signal: AbortSignal; timeLimit: AbortSignal; timeoutMs: number },
): unknown {
  if (error instanceof NodeError) return error;
  // Cancelled or out of the step's own time: the engine knows what that means.
  if (context.signal.aborted) return context.signal.reason;
  const { host } = hop.url;
  if (context.timeLimit.aborted) {
    return new NodeError('timeout', `${host} did not answer within ${context.timeoutMs / 1_000} seconds.`, {
      retryable: true,
    });
  }
  const code = errorCode(error);
  if (code !== undefined && NOT_CONNECTED.has(code)) {
    return new NodeError('unreachable', `No connection to ${host} (${code}).`, {
      retryable: true,
      outcome: 'not_performed',
      cause: error,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return new NodeError(
      'invalid_request',
      `The request to ${host} can't be sent: a header has characters that are not allowed.`,
      {
        cause: error,
      },
    );
  }
  if (code !== undefined && /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) {
    return new NodeError('tls_failed', `${host} has no valid certificate (${code}).`, { cause: error });
  }
  return new NodeError('connection_lost', `The connection to ${host} broke${code ? ` (${code})` : ''}.`, {
    retryable: true,
    cause: error,
  });
}

/** The first address has answered: what it did before it sent us on, nobody knows. */
function afterRedirect(failure: unknown): unknown {
  if (!(failure instanceof NodeError)) return failure;
  const { code, message, retryable, cause } = failure;
  return new NodeError(code, message, { retryable, cause, outcome: 'unknown' });
}

/** The code of an error; a connection tried at several addresses fails with all their errors in one. */
function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
