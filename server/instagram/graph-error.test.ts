import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { classOf, connectionError, ERROR_CLASSES, graphError } from './graph-error.ts';

const FOLDER = new URL('./recorded/', import.meta.url);

/** An answer as the documentation has it, and what it means to us. */
const recordedSchema = z.object({
  source: z.string().includes('documentation'),
  status: z.number(),
  body: z.union([z.string(), z.looseObject({})]),
  class: z.enum(ERROR_CLASSES),
  code: z.string(),
});
const recorded = readdirSync(FOLDER).map((name) => ({
  name: name.replace('.json', ''),
  ...recordedSchema.parse(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))),
}));

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));
const body = (code: number, subcode?: number) =>
  JSON.stringify({ error: { message: 'No.', type: 'OAuthException', code, error_subcode: subcode } });

/** Classes after which the same call may well work. */
const PASSING = new Set(['limit', 'retry_later', 'media_processing']);

describe('a recorded answer', () => {
  it.each(recorded)('$name: $class', ({ status, body, class: expected, code }) => {
    const error = graphError('reply to comment 1', status, textOf(body));
    expect(error).toMatchObject({ code, retryable: PASSING.has(expected), throttled: expected === 'limit' });
    expect(classOf(error)).toBe(expected);
    expect(error.outcome).toBe(status >= 500 ? 'unknown' : 'not_performed');
    expect(error.message).toContain('reply to comment 1');
  });

  it('is there for every class', () => {
    const missing = ERROR_CLASSES.filter((name) => !recorded.some((one) => one.class === name));
    expect(missing).toEqual(['unreachable']);
  });

  it.each([458, 459, 460, 463, 464, 467, 492, 999])('190 with subcode %i needs a new login', (subcode) => {
    expect(classOf(graphError('reply', 400, body(190, subcode)))).toBe('new_login');
  });
});

describe('an answer that is not good', () => {
  it.each([
    ['a limit', 429, body(4), true],
    ['a server error, whatever its body says', 503, body(4), false],
    ['temporary trouble', 400, body(2), false],
  ])('%s counts as an attempt or not', (_case, status, text, throttled) => {
    expect(graphError('reply', status, text, 1_000)).toMatchObject({ throttled, retryAfterMs: 1_000 });
  });

  it('tells when to come back for media that are being prepared', () => {
    expect(graphError('publish', 400, body(9007, 2207027)).retryAfterMs).toBe(30_000);
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
    const error = connectionError('reply', cause);
    expect(error).toMatchObject({ outcome, retryable: true });
    expect(classOf(error)).toBe('unreachable');
  });
});
