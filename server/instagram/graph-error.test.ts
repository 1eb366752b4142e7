import { describe, expect, it } from 'vitest';
import { connectionError, graphError } from './graph-error.ts';

const body = (code: number, subcode?: number) =>
  JSON.stringify({ error: { message: 'No.', type: 'OAuthException', code, error_subcode: subcode } });

describe('an answer that is not good', () => {
  it.each([
    ['temporary trouble', 400, body(2), 'instagram_busy', true],
    ['rate limit of the app', 400, body(4), 'instagram_limit', true],
    ['rate limit of the account', 403, body(80002), 'instagram_limit', true],
    ['rate limit of calls of one kind', 400, body(613), 'instagram_limit', true],
    ['too many requests', 429, 'slow down', 'instagram_limit', true],
    ['server error without a readable body', 502, '<html>', 'instagram_busy', true],
    ['expired token', 401, body(190), 'instagram_login', false],
    ['missing permission', 403, body(200), 'instagram_permission', false],
    ['permission denied', 403, body(10), 'instagram_permission', false],
    ['closed messaging window', 403, body(10, 2534022), 'instagram_outside_window', false],
    ['policy block', 400, body(368), 'instagram_blocked', false],
    ['person not reachable', 400, body(551), 'instagram_unreachable_person', false],
    ['bad parameter', 400, body(100), 'instagram_refused', false],
  ])('%s', (_case, status, text, code, retryable) => {
    const error = graphError('reply to comment 1', status, text);
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toContain('reply to comment 1');
  });

  it.each([
    ['a limit', 429, body(4), true],
    ['a server error, whatever its body says', 503, body(4), false],
    ['temporary trouble', 400, body(2), false],
  ])('%s counts as an attempt or not', (_case, status, text, throttled) => {
    expect(graphError('reply', status, text, 1_000)).toMatchObject({ throttled, retryAfterMs: 1_000 });
  });

  it('leaves open what a server error has done, and knows that a refusal did nothing', () => {
    expect(graphError('reply', 500, '').outcome).toBe('unknown');
    expect(graphError('reply', 400, body(100)).outcome).toBe('not_performed');
  });
});

describe('a connection that fails', () => {
  it.each([
    ['ECONNREFUSED', 'not_performed'],
    ['ENOTFOUND', 'not_performed'],
    ['ECONNRESET', 'unknown'],
    ['UND_ERR_HEADERS_TIMEOUT', 'unknown'],
  ])('with %s: %s', (code, outcome) => {
    const cause = Object.assign(new Error('failed'), { code });
    expect(connectionError('reply', cause)).toMatchObject({ outcome, retryable: true });
  });
});
