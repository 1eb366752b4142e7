import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from './route.ts';
import type { ApiServer } from './testing/api-server.ts';
import { startApi } from './testing/api-server.ts';

let api: ApiServer;
let key: string;

beforeAll(async () => {
  const failing = route({
    method: 'get',
    path: '/api/v1/failing',
    summary: 'Fails',
    tag: 'Test',
    access: 'public',
    query: z.object({ code: z.string().optional() }),
    answer: z.object({}),
    handler: ({ query }) => {
      throw Object.assign(new Error('connect to postgres://user:hunter2@db failed'), query);
    },
  });
  api = await startApi({
    extras: { routes: [failing], readiness: { queue: () => Promise.reject(new Error('down')) } },
  });
  key = (await api.createWorkspace()).admin;
});
afterAll(() => api.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  api.call('POST', '/api/v1/flows', { key, body, headers });

describe('bad input', () => {
  it.each([
    ['no JSON', () => post('{"name":'), 400],
    [
      'another media type',
      () => post('name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
    ],
    ['text/plain', () => post('{"name":"x"}', { 'content-type': 'text/plain' }), 415],
    ['an unknown encoding', () => post('{"name":"x"}', { 'content-encoding': 'zip' }), 415],
    ['too large a body', () => post(JSON.stringify({ name: 'x'.repeat(5 * 1024 * 1024) })), 413],
    ['a missing field', () => post('{}'), 400],
    ['no body', () => api.call('POST', '/api/v1/flows', { key }), 400],
    ['a body that is no object', () => post('"text"'), 400],
    ['text with NUL', () => post('{"name":"a\\u0000b"}'), 400],
    [
      'half a surrogate pair deep inside',
      () => post('{"name":"x","graph":{"nodes":[{"id":"a","type":"t","name":"\\ud800"}],"edges":[]}}'),
      400,
    ],
    ['nesting without end', () => post(`{"name":"x","graph":${'['.repeat(5_000)}${']'.repeat(5_000)}}`), 400],
    ['a query out of range', () => api.call('GET', '/api/v1/flows?limit=0', { key }), 400],
    ['a query given twice', () => api.call('GET', '/api/v1/flows?search=a&search=b', { key }), 400],
    ['NUL in the query', () => api.call('GET', '/api/v1/flows?search=%00', { key }), 400],
    ['an invented cursor', () => api.call('GET', '/api/v1/flows?cursor=abc', { key }), 400],
    ['an unknown status', () => api.call('GET', '/api/v1/executions?status=failed,odd', { key }), 400],
    ['an id that is none', () => api.call('GET', '/api/v1/flows/1', { key }), 404],
    ['a broken escape in the path', () => api.call('GET', '/api/v1/flows/%E0%A4%A', { key }), 400],
    ['an unknown address', () => api.call('GET', '/api/v1/nothing', { key }), 404],
  ])('%s gives problem details', async (_name, request, status) => {
    const answer = await request();

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^https:/),
      title: expect.any(String),
      detail: expect.stringMatching(/./),
      status,
    });
  });

  it('names the path of every wrong field', async () => {
    const answer = await api.call('POST', '/api/v1/accounts', {
      key,
      body: { platform: 'x', externalId: '' },
    });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      'platform',
      'externalId',
      'username',
      'accessToken',
    ]);
  });
});

describe('answers', () => {
  it('tell nothing of an unexpected error but its id', async () => {
    for (const [query, status] of [
      ['', 500],
      ['?code=ECONNREFUSED', 503],
      ['?code=57P01', 503],
    ]) {
      const answer = await api.call('GET', `/api/v1/failing${query}`);
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain('hunter2');
      expect(answer.body.detail).toContain(answer.headers.get('x-request-id'));
    }
  });

  it('carry the headers that keep browsers safe', async () => {
    const { headers } = await api.call('GET', '/api/v1/setup');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('say that the process lives, and what keeps it from serving', async () => {
    expect((await api.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
    const ready = await api.call('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body.detail).toContain('queue');
    expect(ready.body.detail).not.toContain('database');
    expect((await api.call('GET', '/metrics')).text).toMatch(
      /^replygraph_open_executions\{status="queued"\} 0$/m,
    );
  });
});
