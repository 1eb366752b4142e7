import { vi } from 'vitest';

export type Call = { method: string; path: string; body: unknown };
type Answer = { status?: number; body?: unknown };
type Handler = (call: Call) => Answer | unknown;

/**
 * Answers `fetch` as the server would: handlers by `METHOD /path`, the query string left out. What a handler returns is
 * the body, or `{status, body}`. Every call is in `calls`; one without a handler fails the way a dead server does.
 */
export function fakeApi(handlers: Record<string, Handler>): {
  calls: Call[];
  handlers: Record<string, Handler>;
} {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const method = init.method ?? 'GET';
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : init.body;
    const call = { method, path, body };
    calls.push(call);
    const handler = handlers[`${method} ${path.split('?')[0]}`];
    if (!handler) throw new TypeError('fetch failed');
    const answer = handler(call);
    const { status = 200, body: answered } = isAnswer(answer) ? answer : { body: answer };
    return new Response(status === 204 ? null : JSON.stringify(answered), {
      status,
      headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  });
  return { calls, handlers };
}

/** Problem details as the server sends them. */
export const problem = (status: number, detail: string, more: object = {}): Answer => ({
  status,
  body: { type: 'about:blank', title: 'Problem', status, detail, ...more },
});

export const emptyPage = { items: [], nextCursor: null };

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'body' in answer;
}
