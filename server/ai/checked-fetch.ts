import { Agent, fetch as fetchWithAgent } from 'undici';
import type { AddressRules } from '../http-client/checked-lookup.ts';
import { createCheckedLookup, refuseBadLiteral } from '../http-client/checked-lookup.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Far more than any answer of a model; a server that never ends must not fill our memory. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

export type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` for addresses that people of a workspace gave: it reaches public addresses only, as the HTTP node does, follows
 * no redirects (they would take the key along) and limits the answer.
 * It rejects with an error that has the NodeError `address_refused` among its causes.
 */
export function createCheckedFetch(rules: AddressRules = {}): { fetch: Fetch; close(): Promise<void> } {
  const dispatcher = new Agent({
    connect: { lookup: createCheckedLookup(rules), timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MOST_ANSWER_BYTES,
  });
  async function checked(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = input instanceof Request ? input.url : input;
    refuseBadLiteral(new URL(url), rules);
    // The same standard in two packages: the types differ in details that no client library uses.
    const options = { ...init, redirect: 'error', dispatcher } as Parameters<typeof fetchWithAgent>[1];
    return (await fetchWithAgent(url, options)) as unknown as Response;
  }
  return { fetch: checked, close: () => dispatcher.destroy() };
}
