import { NodeError } from '../../engine/errors.ts';
import type { HttpRequest } from '../../engine/services.ts';

/** Where a request goes, as it changes from redirect to redirect. */
export type Hop = { url: URL; method: HttpRequest['method']; headers: Record<string, string>; body?: string };

/** Headers that say nothing about who asks; all others stay with the origin that they were meant for. */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'user-agent',
]);
const BODY_HEADERS = new Set(['content-type', 'content-encoding', 'content-language', 'content-length']);

/**
 * An address that may be asked: http or https, without a user and password in it.
 * @throws NodeError `invalid_url`
 */
export function parseAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new NodeError('invalid_url', 'Only complete addresses with http:// or https:// can be called.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new NodeError(
      'invalid_url',
      'Put user and password into an Authorization header, not into the address.',
    );
  }
  return url;
}

/** The next request when an answer redirects (RFC 9110, 15.4); undefined when it does not. @throws NodeError `invalid_url` */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const url = parseAddress(location, hop.url);
  const keepsMethod = status === 307 || status === 308 || (status !== 303 && hop.method !== 'POST');
  const { body, ...rest } = hop;
  const next: Hop = keepsMethod
    ? hop
    : { ...rest, method: 'GET', headers: without(hop.headers, BODY_HEADERS) };
  return { ...next, url, headers: url.origin === hop.url.origin ? next.headers : harmless(next.headers) };
}

function without(headers: Record<string, string>, names: Set<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

function harmless(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())),
  );
}
